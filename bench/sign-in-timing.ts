import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { post, register } from './accounts';
import { summarize, table, welch } from './statistics';

const PAIRS = 1_000;
const WARM_UP = 30;
/** Beyond this two series can be told apart (statistics.ts). */
const BUDGET = 4.5;

async function timed(url: string, path: string, body: unknown, status: number): Promise<number> {
  const begun = performance.now();
  const response = await post(url, path, body);
  const took = performance.now() - begun;
  if (response.status !== status) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return took;
}

/** Without the slowest tenth, which is the machine's noise and hides small differences. */
const calm = (values: readonly number[]) => values.toSorted((a, b) => a - b).slice(0, Math.floor(values.length * 0.9));

/**
 * Compares what an attempt with an address that has an account takes with one that has none, one after the other, in random order.
 *
 * @param path where both are posted, with the status that both must get
 */
async function compare(url: string, path: string, status: number, bodyOf: (email: string) => unknown): Promise<string> {
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = -WARM_UP; round < PAIRS; round++) {
    const turns: [number[], string][] = [
      [known, 'known@example.org'],
      [unknown, 'nobody@example.org'],
    ];
    if (Math.random() < 0.5) turns.reverse();
    for (const [series, email] of turns) {
      const took = await timed(url, path, bodyOf(email), status);
      if (round >= 0) series.push(took);
    }
  }
  const rows = [['account', known] as const, ['no account', unknown] as const].map(([name, series]) => [
    name,
    summarize(series).p50,
    summarize(series).p95,
  ]);
  const [all, middle] = [welch(known, unknown), welch(calm(known), calm(unknown))];
  const verdict = Math.max(Math.abs(all), Math.abs(middle)) < BUDGET ? 'cannot be told apart' : 'CAN BE TOLD APART';
  return `POST ${path}, ${PAIRS} pairs, in ms: ${verdict} (|t| < ${BUDGET})\n${table(['', 'p50', 'p95'], rows)}\nt = ${all.toFixed(2)}, without the slowest tenth ${middle.toFixed(2)}`;
}

/** Whether the time of a refused sign-in says that an address has an account. The service must run without limits. */
export async function measureSignInTiming(url: string): Promise<string> {
  await register(url, 'known');
  return compare(url, '/login', 401, (email) => ({ email, password: 'not the password' }));
}

/** The same of asking for a letter with a link. The service must run without limits, and hand its letters to {@link openPostOffice}. */
export async function measureForgotTiming(url: string): Promise<string> {
  await register(url, 'known');
  return compare(url, '/forgot', 202, (email) => ({ email }));
}

/** A mail server on loopback that takes every letter and keeps none. @returns its address, and what closes it */
export async function openPostOffice(): Promise<{ url: string; close: () => void }> {
  const server = new SMTPServer({ logger: false, authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as AddressInfo;
  return { url: `smtp://127.0.0.1:${port}`, close: () => server.close() };
}
