import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../tests/harness/browser';

/*
 * npx tsx scripts/screenshots.ts URL [EMAIL PASSWORD] [--only=name,…]
 * Takes every page of a running service, wide and on a phone, in both themes and languages, into ./screenshots.
 * Without an account it makes one, with a room in it; with one of the seed's, the pages look lived in.
 */

const OUT = 'screenshots';
const SIZES = { wide: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } } as const;
const THEMES = ['light', 'dark'] as const;
const LOCALES = ['en', 'ru'] as const;

interface Shot {
  name: string;
  path: string;
  signedIn: boolean;
  /** what is done on the page before it is taken */
  prepare?: (page: Page) => Promise<unknown>;
  sizes?: (keyof typeof SIZES)[];
}

async function refuseRegistration(page: Page): Promise<void> {
  await page.locator('[name=email]').fill('not an address');
  await page.locator('[name=username]').fill('a');
  await page.locator('[name=password]').fill('short');
  await page.locator('form[action="/register"]').evaluate((form) => form instanceof HTMLFormElement && form.submit());
  await page.waitForLoadState('networkidle');
}

function shots(room: string): Shot[] {
  const encoded = encodeURIComponent(room);
  return [
    { name: 'start', path: '/', signedIn: false },
    { name: 'register', path: '/register', signedIn: false },
    { name: 'register-refused', path: '/register', signedIn: false, prepare: refuseRegistration },
    { name: 'login', path: '/login', signedIn: false },
    { name: 'login-ended', path: '/login?notice=ended', signedIn: false },
    { name: 'not-found', path: '/nowhere', signedIn: false },
    { name: 'user', path: '/user', signedIn: true },
    { name: 'account', path: '/user/account?done=password', signedIn: true },
    { name: 'account-delete', path: '/user/account/delete', signedIn: true },
    { name: 'two-step', path: '/user/account/two-step', signedIn: true },
    { name: 'search', path: '/user/search', signedIn: true },
    {
      name: 'search-results',
      path: `/user/search/results?q=${encodeURIComponent(room.slice(0, 3))}`,
      signedIn: true,
    },
    { name: 'search-empty', path: '/user/search/results?q=Nothing%20of%20the%20kind', signedIn: true },
    { name: 'room', path: `/chat/${encoded}`, signedIn: true },
    { name: 'details', path: `/chat/${encoded}/details`, signedIn: true },
    { name: 'delete', path: `/user/rooms/delete/${encoded}`, signedIn: true },
    { name: 'admin-users', path: '/admin/users', signedIn: true },
    { name: 'admin-rooms', path: '/admin/rooms', signedIn: true },
    { name: 'admin-audit', path: '/admin/audit', signedIn: true },
    { name: 'forgot', path: '/forgot', signedIn: false },
    { name: 'forgot-sent', path: '/forgot?sent=1', signedIn: false },
    { name: 'reset-dead', path: '/reset?token=none', signedIn: false },
    {
      name: 'drawer',
      path: `/chat/${encoded}`,
      signedIn: true,
      sizes: ['phone'],
      prepare: (page) => page.locator('button[popovertarget]').first().click(),
    },
    {
      name: 'switcher',
      path: '/user',
      signedIn: true,
      prepare: async (page) => {
        await page.keyboard.press('Control+k');
        await page.getByRole('dialog').waitFor();
      },
    },
    {
      name: 'shortcuts',
      path: '/user',
      signedIn: true,
      prepare: async (page) => {
        await page.keyboard.press('Control+/');
        await page.getByRole('dialog').waitFor();
      },
    },
  ];
}

async function json(context: BrowserContext, base: string, path: string, data?: object): Promise<unknown> {
  const headers = { accept: 'application/json', origin: base };
  const answer = data
    ? await context.request.post(base + path, { data, headers })
    : await context.request.get(base + path, { headers });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
}

function firstRoom(answer: unknown): string | undefined {
  const { rooms = [] } = answer as { rooms?: { name: string }[] };
  return rooms[0]?.name;
}

/** Signs in, and names a room to look at. */
async function enter(context: BrowserContext, base: string, email?: string, password?: string): Promise<string> {
  if (email && password) await json(context, base, '/login', { email, password });
  else {
    const name = `look${Date.now()}`;
    await json(context, base, '/register', {
      email: `${name}@example.org`,
      username: name,
      password: 'correct horse battery',
    });
  }
  const own = firstRoom(await json(context, base, '/user'));
  if (own) return own;
  await json(context, base, '/user/rooms', { name: `Look ${Date.now()}`, topic: 'How it looks' });
  return firstRoom(await json(context, base, '/user')) ?? '';
}

async function take(
  browser: Browser,
  base: string,
  cookies: Awaited<ReturnType<BrowserContext['cookies']>>,
  wanted: Shot[],
) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const theme of THEMES) {
      for (const locale of LOCALES) {
        const context = await browser.newContext({ viewport, colorScheme: theme, locale, deviceScaleFactor: 1 });
        for (const shot of wanted) {
          if (shot.sizes && !shot.sizes.some((name) => name === size)) continue;
          await context.clearCookies();
          if (shot.signedIn) await context.addCookies(cookies);
          await context.addCookies([{ name: 'locale', value: locale, url: base }]);
          const page = await context.newPage();
          page.on(
            'console',
            (message) => message.type() === 'error' && console.log(`  ${shot.name}: ${message.text()}`),
          );
          page.on('pageerror', (error) => console.log(`  ${shot.name}: ${error.message}`));
          await page.goto(base + shot.path);
          await page.waitForLoadState('load');
          await page.waitForTimeout(400);
          await shot.prepare?.(page);
          await page.waitForTimeout(250);
          await page.screenshot({ path: join(OUT, `${shot.name}-${size}-${theme}-${locale}.png`) });
          await page.close();
        }
        await context.close();
      }
    }
  }
}

async function main(): Promise<void> {
  const [url = 'http://localhost:3000', email, password] = process.argv
    .slice(2)
    .filter((word) => !word.startsWith('--'));
  const only = process.argv
    .find((word) => word.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',');
  const base = new URL(url).origin;
  await mkdir(OUT, { recursive: true });
  const browser = await launchBrowser();
  try {
    const wanted = shots('x').some(({ name, signedIn }) => signedIn && (!only || only.includes(name)));
    const context = await browser.newContext();
    const room = wanted ? await enter(context, base, email, password) : 'none';
    const cookies = await context.cookies();
    await take(
      browser,
      base,
      cookies,
      shots(room).filter(({ name }) => !only || only.includes(name)),
    );
  } finally {
    await browser.close();
  }
}

await main();
