import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];
const ELSEWHERE = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** A Chromium that the machine has: `CHROMIUM_PATH`, else on the `PATH`, else where systems install it. */
function installedBrowser(): string | undefined {
  const asked = process.env.CHROMIUM_PATH;
  if (asked) return asked;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...candidates, ...ELSEWHERE].find((path) => existsSync(path));
}

/** The browser that comes from npm. It unpacks the libraries it needs only where it believes to be on AWS Lambda. */
async function packagedBrowser(): Promise<{ executablePath: string; args: string[] }> {
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  // Its own arguments are made for a function without neighbours: one process would mix the contexts of two people.
  const args = packaged.args.filter((argument) => !/^--(single-process|no-zygote|headless)/.test(argument));
  return { executablePath: await packaged.executablePath(), args };
}

/**
 * Starts a headless Chromium: the machine's own, else the one from npm. The caller closes it.
 *
 * @throws Error when neither can be started
 */
export async function launchBrowser(): Promise<Browser> {
  const installed = installedBrowser();
  const { executablePath, args } = installed ? { executablePath: installed, args: [] } : await packagedBrowser();
  return chromium.launch({
    executablePath,
    // In containers Chromium runs as root, where its sandbox cannot, and /dev/shm is small.
    args: [...args, '--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
  });
}
