import type { Ledger } from '../checker/ledger';
import type { Violations } from '../checker/violations';
import type { Transport } from '../clients/transports';

/** A room of the harness. */
export interface SceneRoom {
  index: number;
  id: number;
  name: string;
}

/** What every actor shares. */
export interface Scene {
  readonly ledger: Ledger;
  readonly violations: Violations;
  /** choices of the clients: not of the plan, since how often they choose depends on the machine */
  readonly random: () => number;
  /** how many commands of writers were refused with `unavailable` */
  unavailable: number;
  /** answers that no client should get, counted by what they were */
  readonly oddities: Map<string, number>;
}

/** Who an actor is, and how it reaches the service. */
export interface Identity {
  name: string;
  userId: number;
  token: string;
  transport: Transport;
  /** the address of its proxy */
  url: string;
}

/** Counts something that should not happen, though it breaks no promise. */
export function note(scene: Scene, oddity: string): void {
  scene.oddities.set(oddity, (scene.oddities.get(oddity) ?? 0) + 1);
}

/** Milliseconds until a client tries again: it doubles from 50 to 1,000, with jitter; the server's own wish comes first. */
export function backoff(scene: Scene, failures: number, retryAfterMs: number | undefined): number {
  const base = Math.min(1_000, 50 * 2 ** Math.min(failures, 5));
  return (retryAfterMs ?? 0) + base * (0.5 + scene.random() / 2);
}

/** Waits. @param signal ends it early, without an error */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', done, { once: true });
  });
}
