import { vi } from 'vitest';
import type { RunningServer } from './server';

/** What one scrape says. */
export class Scrape {
  readonly text: string;
  readonly #values = new Map<string, number>();

  constructor(text: string) {
    this.text = text;
    for (const line of text.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const end = line.lastIndexOf(' ');
      this.#values.set(line.slice(0, end), Number(line.slice(end + 1)));
    }
  }

  /** The value of a series, as the text writes it: `name{label="value"}`. 0 where there is none yet. */
  value(series: string): number {
    return this.#values.get(series) ?? 0;
  }

  has(series: string): boolean {
    return this.#values.has(series);
  }

  /** The names of all that is announced, histograms with each of their parts. */
  names(): Set<string> {
    const types = [...this.text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    return new Set(
      types.flatMap(([, name = '', type]) =>
        type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
      ),
    );
  }

  /** Every value that a label has anywhere. */
  labels(name: string): Set<string> {
    return new Set([...this.text.matchAll(new RegExp(`[{,]${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value));
  }
}

/** Where a server tells its metrics, by what it says of that when it starts. */
export function metricsUrl(server: RunningServer): string {
  const url = /Metrics are at (http:[^"\s]+)/.exec(server.logs())?.[1];
  if (url === undefined) throw new Error(`This server tells no metrics:\n${server.logs()}`);
  return url;
}

/** Asks for the metrics of a server that runs with METRICS_PORT. */
export async function scrape(server: RunningServer): Promise<Scrape> {
  const answer = await fetch(metricsUrl(server));
  if (!answer.ok) throw new Error(`The metrics are answered with ${answer.status}`);
  return new Scrape(await answer.text());
}

/** Scrapes until what it says is as expected: an answer is counted a moment after its client has it. */
export function untilScraped(server: RunningServer, expected: (scrape: Scrape) => void): Promise<void> {
  return vi.waitFor(async () => expected(await scrape(server)), { timeout: 5_000, interval: 50 });
}
