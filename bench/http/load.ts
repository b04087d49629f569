import { setTimeout as sleep } from 'node:timers/promises';
import { Histogram, type Quantiles } from '../load/histogram';
import type { Asked, HttpClient } from './http-client';

/** Milliseconds between two looks at what is due. */
const TICK = 1;

/** What came of many requests. */
export interface Load {
  /** answered as they should be */
  answered: number;
  /** the others, by what was wrong */
  failed: Map<string, number>;
  /** milliseconds from when each was due */
  took: Quantiles;
  /** seconds from the first to the last answer */
  seconds: number;
  /** this process's own share of its core meanwhile */
  share: number;
}

/** Counts answers while `work` asks. */
async function counted(
  client: HttpClient,
  next: () => Asked,
  work: (ask: (due: number) => Promise<void>) => Promise<void>,
): Promise<Load> {
  const times = new Histogram();
  const failed = new Map<string, number>();
  const begun = performance.now();
  const before = process.cpuUsage();
  await work(async (due) => {
    const wrong = await client.ask(next());
    if (wrong === null) times.add(performance.now() - due);
    else failed.set(wrong, (failed.get(wrong) ?? 0) + 1);
  });
  const milliseconds = performance.now() - begun;
  const { user, system } = process.cpuUsage(before);
  const took = times.quantiles();
  const share = (user + system) / 1_000 / milliseconds;
  return { answered: took.count, failed, took, seconds: milliseconds / 1_000, share };
}

/** A closed loop: so many ask at a time, each again as soon as it is answered. What a server bears when nobody waits for it. */
export function saturate(client: HttpClient, next: () => Asked, askers: number, seconds: number): Promise<Load> {
  return counted(client, next, async (ask) => {
    const end = performance.now() + seconds * 1_000;
    const asker = async () => {
      while (performance.now() < end) await ask(performance.now());
    };
    await Promise.all(Array.from({ length: askers }, asker));
  });
}

/** An open loop: requests are made on a schedule whatever becomes of them, and waiting for a connection counts. */
export function pace(client: HttpClient, next: () => Asked, perSecond: number, seconds: number): Promise<Load> {
  return counted(client, next, async (ask) => {
    const offered = Math.max(1, Math.round(perSecond * seconds));
    const start = performance.now();
    const asked: Promise<void>[] = [];
    while (asked.length < offered) {
      const due = start + (asked.length * 1_000) / perSecond;
      if (due <= performance.now()) asked.push(ask(due));
      else await sleep(TICK);
    }
    await Promise.all(asked);
  });
}
