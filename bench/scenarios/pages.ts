import { summarize, type Summary } from '../statistics';

const COOKIE = 'next-auth.session-token';

/**
 * Fetches a page again and again, on a schedule.
 *
 * @param token whoever looks at it
 * @returns stops, and tells how long the pages took, in milliseconds since each was due; the failed ones are counted
 */
export function fetchPages(
  url: string,
  token: string,
  perSecond: number,
): () => Promise<{ took: Summary; failed: number }> {
  const begun = performance.now();
  const times: number[] = [];
  const under: Promise<void>[] = [];
  let failed = 0;
  const one = async (due: number) => {
    try {
      const response = await fetch(url, { headers: { accept: 'text/html', cookie: `${COOKIE}=${token}` } });
      const page = await response.text();
      if (response.status === 200 && page.includes('</html>')) times.push(performance.now() - due);
      else failed++;
    } catch {
      failed++;
    }
  };
  const timer = setInterval(() => {
    for (let due = begun; due <= performance.now();) {
      due = begun + (under.length * 1_000) / perSecond;
      if (due <= performance.now()) under.push(one(due));
    }
  }, 5);
  return async () => {
    clearInterval(timer);
    await Promise.all(under);
    return { took: summarize(times), failed };
  };
}
