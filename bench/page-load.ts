import type { BrowserContext } from 'playwright-core';
import { launchBrowser } from '../tests/harness/browser';
import { summarize, table } from './statistics';

const LOADS = 10;
const MESSAGES = 60;
/** Milliseconds after which nothing of the first load moves any more. */
const SETTLED = 1_500;
/** Largest contentful paint in milliseconds; cumulative layout shift has no unit. */
const BUDGETS = { lcp: 1_200, cls: 0.02 };

interface Load {
  lcp: number;
  cls: number;
}

async function post(context: BrowserContext, url: string, path: string, data: object): Promise<void> {
  const answer = await context.request.post(url + path, { data, headers: { origin: url, accept: 'application/json' } });
  if (!answer.ok()) throw new Error(`${path} was answered with ${answer.status()}`);
}

/** Opens a page with nothing cached, and reads what the browser itself has measured (web.dev/vitals). */
async function load(context: BrowserContext, url: string): Promise<Load> {
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await page.addInitScript(() => {
    const load = { lcp: 0, cls: 0 };
    Reflect.set(window, 'load', load);
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntries()) load.lcp = startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if ('value' in entry && typeof entry.value === 'number') load.cls += entry.value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.waitForTimeout(SETTLED);
  const measured = await page.evaluate(() => Reflect.get(window, 'load') as { lcp: number; cls: number });
  await page.close();
  return measured;
}

/**
 * Loads a room that is full of messages, again and again, and says how soon it stood there and how much it moved.
 *
 * @param url of a running service
 */
export async function measurePageLoad(url: string): Promise<string> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await post(context, url, '/register', {
      email: 'page@example.org',
      username: 'page',
      password: 'correct horse battery',
    });
    await post(context, url, '/user/rooms', { name: 'page' });
    for (let index = 0; index < MESSAGES; index++) {
      const body = `Message ${index}${' with some more words'.repeat(index % 20)}`;
      await post(context, url, '/api/v1/rooms/page/messages', { body });
    }
    await load(context, `${url}/chat/page`);
    const loads: Load[] = [];
    for (let index = 0; index < LOADS; index++) loads.push(await load(context, `${url}/chat/page`));
    const lcp = summarize(loads.map((one) => one.lcp));
    const cls = summarize(loads.map((one) => one.cls));
    return [
      `A room’s page, loaded ${LOADS} times with nothing cached`,
      table(
        ['', 'p50', 'p95', 'budget'],
        [
          ['largest contentful paint, in ms', lcp.p50, lcp.p95, String(BUDGETS.lcp)],
          ['cumulative layout shift', cls.p50.toFixed(4), cls.p95.toFixed(4), String(BUDGETS.cls)],
        ],
      ),
    ].join('\n');
  } finally {
    await browser.close();
  }
}
