import type { Page } from 'playwright-core';
import { launchBrowser } from '../tests/harness/browser';

/*
 * npx tsx scripts/first-load.ts URL [EMAIL PASSWORD] [ROOM]
 * Opens a room of a running service in a browser that has nothing cached, and reports what JavaScript came over the wire.
 * Without an account it makes one, with a room in it. Ends with code 1 when the budget is exceeded.
 */

/** Bytes of compressed JavaScript that the first load of a room may cost. */
const BUDGET = 190_000;

interface Script {
  path: string;
  bytes: number;
}

/** What `Network.loadingFinished` counts: bytes as they came, headers included. */
async function countScripts(page: Page, open: () => Promise<void>): Promise<Script[]> {
  const devtools = await page.context().newCDPSession(page);
  const paths = new Map<string, string>();
  const scripts: Script[] = [];
  devtools.on('Network.responseReceived', ({ requestId, response, type }) => {
    if (type === 'Script' || response.mimeType.includes('javascript'))
      paths.set(requestId, new URL(response.url).pathname);
  });
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const path = paths.get(requestId);
    if (path) scripts.push({ path, bytes: encodedDataLength });
  });
  await devtools.send('Network.enable');
  await devtools.send('Network.setCacheDisabled', { cacheDisabled: true });
  await open();
  return scripts.sort((a, b) => b.bytes - a.bytes);
}

async function signIn(page: Page, origin: string, account: { email: string; password: string } | null): Promise<void> {
  const headers = { origin, accept: 'application/json' };
  const stamp = Date.now().toString(36);
  const made = { email: `load-${stamp}@example.org`, username: `load-${stamp}`, password: `pass-${stamp}-word` };
  const response = account
    ? await page.request.post(`${origin}/login`, { data: account, headers })
    : await page.request.post(`${origin}/register`, { data: made, headers });
  if (!response.ok()) throw new Error(`Signing in was answered with ${response.status()}`);
}

async function makeRoom(page: Page, origin: string): Promise<string> {
  const name = `load-${Date.now().toString(36)}`;
  const response = await page.request.post(`${origin}/user/rooms`, {
    data: { name },
    headers: { origin, accept: 'application/json' },
  });
  if (!response.ok()) throw new Error(`Making a room was answered with ${response.status()}`);
  return name;
}

async function main([url, email, password, room]: string[]): Promise<number> {
  if (!url) throw new Error('Usage: npx tsx scripts/first-load.ts URL [EMAIL PASSWORD] [ROOM]');
  const { origin } = new URL(url);
  const browser = await launchBrowser();
  try {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, origin, email && password ? { email, password } : null);
    const name = room ?? (await makeRoom(page, origin));
    const scripts = await countScripts(page, async () => {
      await page.goto(`${origin}/chat/${encodeURIComponent(name)}`, { waitUntil: 'networkidle' });
    });
    const total = scripts.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { path, bytes } of scripts) console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${path}`);
    console.log(
      `${(total / 1000).toFixed(1).padStart(8)} kB  in ${scripts.length} scripts; the budget is ${BUDGET / 1000} kB`,
    );
    return total <= BUDGET ? 0 : 1;
  } finally {
    await browser.close();
  }
}

process.exitCode = await main(process.argv.slice(2));
