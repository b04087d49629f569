import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../tests/harness/browser';
import { summarize, table, type Summary } from './statistics';

const MESSAGES = 250;
const WARM_UP = 20;
/** Milliseconds between two messages: what is measured is one message, not a queue of them. */
const PAUSE = 120;
/** The budgets of one message, in milliseconds at p95. */
const BUDGETS = { own: 50, other: 100 };

/** When things happened, as one clock of the machine tells it, in milliseconds. */
interface Seen {
  pressed: Record<string, number>;
  shown: Record<string, number>;
  stored: Record<string, number>;
}

declare global {
  interface Window {
    seen: Seen;
  }
}

/**
 * Notes in the page when Enter was pressed on a message (the event's own time), and when its text was first there to be painted:
 * at the first frame after it had come into the document.
 */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: Seen = { pressed: {}, shown: {}, stored: {} };
    window.seen = seen;
    const log = document.querySelector('[role="log"]');
    const field = document.querySelector('textarea[name="body"]');
    if (!log) throw new Error('There is no timeline on this page');
    document.addEventListener(
      'keydown',
      (event) => {
        const body = field instanceof HTMLTextAreaElement ? field.value : '';
        if (event.key === 'Enter' && body) seen.pressed[body] = performance.timeOrigin + event.timeStamp;
      },
      { capture: true },
    );
    // In place: a function with a name would be given a helper that only the bundle has.
    new MutationObserver(() => {
      const articles = [...log.querySelectorAll('article')].slice(-3);
      for (const article of articles) {
        const body = /message \d+ of the measurement/.exec(article.textContent)?.[0];
        if (!body || (seen.shown[body] && seen.stored[body])) continue;
        const stored = article.id.startsWith('m-');
        requestAnimationFrame(() => {
          const now = performance.timeOrigin + performance.now();
          seen.shown[body] ??= now;
          if (stored) seen.stored[body] ??= now;
        });
      }
    }).observe(log, { childList: true, subtree: true, attributes: true, attributeFilter: ['id'] });
  });
}

async function account(browser: Browser, url: string, username: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const answer = await context.request.post(`${url}/register`, {
    data: { email: `${username}@example.org`, username, password: 'correct horse battery' },
    headers: { origin: url, accept: 'application/json' },
  });
  if (answer.status() !== 201) throw new Error(`Registration was answered with ${answer.status()}`);
  return context.newPage();
}

async function enter(page: Page, url: string, room: string): Promise<void> {
  await page.goto(`${url}/chat/${room}`);
  await page.locator('header button[popovertarget][title]').waitFor();
  await watch(page);
}

/** What was measured of one message, in milliseconds since the key was pressed. */
export interface Result {
  pending: Summary;
  stored: Summary;
  other: Summary;
}

/**
 * Lets one browser write and another one read, one message after the other.
 *
 * @param url of a running service, on this machine: both ends are timed by one clock
 * @throws Error when a message does not come
 */
export async function measureTwoBrowsers(url: string): Promise<Result> {
  // A window that is not in front is otherwise drawn once a second.
  const [writing, reading] = await Promise.all([launchBrowser(), launchBrowser()]);
  try {
    const [writer, reader] = [await account(writing, url, 'writer'), await account(reading, url, 'reader')];
    const made = await writer.context().request.post(`${url}/user/rooms`, {
      data: { name: 'measurement' },
      headers: { origin: url, accept: 'application/json' },
    });
    if (made.status() !== 201) throw new Error(`Making a room was answered with ${made.status()}`);
    await enter(writer, url, 'measurement');
    await enter(reader, url, 'measurement');
    const field = writer.locator('textarea[name="body"]');
    const bodies = Array.from({ length: WARM_UP + MESSAGES }, (_, index) => `message ${index + 1} of the measurement`);
    for (const body of bodies) {
      await field.fill(body);
      await field.press('Enter');
      await reader.waitForFunction((text) => window.seen.shown[text], body, { polling: 20 });
      await sleep(PAUSE);
    }
    const [here, there] = await Promise.all([writer.evaluate(() => window.seen), reader.evaluate(() => window.seen)]);
    const since = (times: Record<string, number>) =>
      summarize(bodies.slice(WARM_UP).map((body) => (times[body] ?? Number.NaN) - (here.pressed[body] ?? Number.NaN)));
    return { pending: since(here.shown), stored: since(here.stored), other: since(there.shown) };
  } finally {
    await Promise.all([writing.close(), reading.close()]);
  }
}

/** The result as people read it. */
export function describe({ pending, stored, other }: Result): string {
  const row = (name: string, { p50, p95, max }: Summary, budget: string) => [name, p50, p95, max, budget];
  return [
    `From the key press, in ms (${other.count} messages, one at a time)`,
    table(
      ['', 'p50', 'p95', 'max', 'budget at p95'],
      [
        row('pending on one’s own screen', pending, String(BUDGETS.own)),
        row('stored, on one’s own screen', stored, ''),
        row('visible in the other browser', other, String(BUDGETS.other)),
      ],
    ),
  ].join('\n');
}
