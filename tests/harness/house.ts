import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { User } from '@/generated/prisma/client';
import { PASSWORD } from '../factories';
import { launchBrowser } from './browser';
import { Mailbox } from './mailbox';
import { startServer, type RunningServer } from './server';

/** Milliseconds that a page has for anything a person would wait for. */
const PATIENCE = 20_000;

/** What the browser itself says when a navigation replaces a request that was under way. */
const ABORTED = 'net::ERR_ABORTED';

/** One person's browser: its own cookies and storage, and everything that went wrong in it. */
export class Visitor {
  readonly context: BrowserContext;
  readonly url: string;
  readonly #complaints: string[] = [];
  readonly #tolerated: RegExp[] = [];

  constructor(context: BrowserContext, url: string, scripted: boolean) {
    this.context = context;
    // With scripts switched off Chromium refuses to fetch them ahead, and calls it the policy's doing.
    if (!scripted) this.tolerate(/^request: \S+\.js csp$/);
    this.url = url;
    context.setDefaultTimeout(PATIENCE);
    context.on('page', (page) => this.#watch(page));
  }

  /** Errors of the console (refusals of the content security policy are among them), of scripts, and of requests. */
  get complaints(): string[] {
    return this.#complaints.filter((complaint) => !this.#tolerated.some((pattern) => pattern.test(complaint)));
  }

  /** Says which complaints a test provokes on purpose. */
  tolerate(...patterns: RegExp[]): void {
    this.#tolerated.push(...patterns);
  }

  /** Opens a tab, at a path of the service. */
  async open(path: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.url + path);
    return page;
  }

  /** Signs in as a program would, for tests that are about something else. */
  async signIn(user: Pick<User, 'email'>, password: string = PASSWORD): Promise<void> {
    const answer = await this.post('/login', { email: user.email, password });
    expect(answer.status()).toBe(200);
  }

  /** Posts JSON with this browser's cookies. */
  post(path: string, data: object) {
    return this.context.request.post(this.url + path, {
      data,
      headers: { origin: this.url, accept: 'application/json' },
    });
  }

  /** Keeps what each tab shows, for whoever looks into a test that failed. */
  async show(name: string): Promise<void> {
    for (const [index, page] of this.context.pages().entries()) {
      await page.screenshot({ path: `screenshots/failed/${name} ${index + 1}.png` }).catch(() => undefined);
    }
  }

  #watch(page: Page): void {
    const complain = (text: string) => this.#complaints.push(text);
    page.on('console', (message) => {
      if (message.type() === 'error') complain(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => complain(`script: ${error.stack ?? error.message}`));
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText;
      if (reason !== ABORTED) complain(`request: ${request.url()} ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) complain(`response: ${response.status()} ${response.url()}`);
    });
  }
}

export interface House {
  readonly server: RunningServer;
  readonly url: string;
  /** where the service brings its letters, in a house that has one */
  readonly mailbox: Mailbox;
  /** a new browser context: by default a wide window in English */
  visitor(options?: BrowserContextOptions): Promise<Visitor>;
  /** the same, signed in */
  visitorAs(user: Pick<User, 'email'>, options?: BrowserContextOptions): Promise<Visitor>;
  /** ends the server as a crash would, or starts it again at the same address */
  crash(): Promise<void>;
  restart(): Promise<void>;
}

/**
 * Gives a test file the built server on its own database, and a browser. After each test every page is closed, and whatever a
 * page complained of fails the test.
 *
 * @param options.letters whether the service has a mail server
 * @param options.env its settings, beyond the tests' own
 */
export function useHouse({
  letters = false,
  env = (): Promise<Record<string, string>> => Promise.resolve({}),
} = {}): House {
  let browser: Browser | undefined;
  let server: RunningServer | undefined;
  let mailbox: Mailbox | undefined;
  let visitors: Visitor[] = [];

  let own: Record<string, string> = {};
  const settings = () => ({
    ...own,
    ...(mailbox && { SMTP_URL: mailbox.url(), MAIL_FROM: 'house@example.org' }),
  });
  const running = (): RunningServer => {
    if (!server) throw new Error('The house is opened before the first test');
    return server;
  };

  beforeAll(async () => {
    if (letters) mailbox = await Mailbox.open();
    own = await env();
    [browser, server] = await Promise.all([launchBrowser(), startServer({ env: settings() })]);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      await Promise.all(visitors.map((visitor, index) => visitor.show(`${task.name} ${index + 1}`)));
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    await Promise.all(visitors.map(({ context }) => context.close()));
    visitors = [];
    expect(complaints).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    await mailbox?.close();
  });

  const visitor = async (options: BrowserContextOptions = {}): Promise<Visitor> => {
    if (!browser) throw new Error('The house is opened before the first test');
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    const made = new Visitor(context, running().url, options.javaScriptEnabled !== false);
    visitors.push(made);
    return made;
  };

  return {
    get server() {
      return running();
    },
    get url() {
      return running().url;
    },
    get mailbox() {
      if (!mailbox) throw new Error('This house has no mailbox');
      return mailbox;
    },
    visitor,
    async visitorAs(user, options) {
      const made = await visitor(options);
      await made.signIn(user);
      return made;
    },
    async crash() {
      await running().kill();
    },
    async restart() {
      server = await startServer({ env: { ...settings(), PORT: String(running().port) } });
    },
  };
}
