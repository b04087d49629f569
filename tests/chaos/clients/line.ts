import { record } from '../checker/observed';

/** What a connection is made of. */
export interface OpenOptions {
  /** the service's address, usually that of a proxy in front of it */
  url: string;
  token: string;
  /** the room's name */
  room: string;
  /** who listens to the room; without one the connection only calls */
  ear?: Ear;
  /** what the join asks; undefined for the latest messages */
  since?: number | undefined;
}

/** Hears a room. Called in the very order in which the frames came. */
export interface Ear {
  /** the answer to a join: `{ room, messages, hasMore }`, unread */
  joined(page: unknown): void;
  fact(name: string, payload: unknown): void;
}

/** An answer to a command: its fields, or the contract's error. */
export type Answer =
  { ok: true; fields: Record<string, unknown> } | { ok: false; code: string; retryAfterMs: number | undefined };

/** How a connection ended, as far as the server said. */
export interface Ended {
  code: number | undefined;
  retryAfterMs: number | undefined;
}

/** One connection of one client, whatever protocol it speaks. */
export interface Line {
  /** counts all connections of the harness, from 1 */
  readonly number: number;
  /**
   * Calls a command of the connection's room.
   *
   * @throws Unanswered when the connection broke or time is up: the command may have been carried out, or not
   */
  call(command: string, input: Record<string, unknown>): Promise<Answer>;
  /** Listens again after a `room:leave`; only where the protocol has one. */
  join?(since: number | undefined, ear: Ear): Promise<void>;
  close(): void;
  readonly isOpen: boolean;
  readonly ended: Promise<Ended>;
}

/** Opens a connection. @throws Refused, Unanswered */
export type Open = (options: OpenOptions) => Promise<Line>;

/** Nobody knows what came of it. */
export class Unanswered extends Error {}

/** The server said no before there was a connection. */
export class Refused extends Error {
  readonly code: string;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, retryAfterMs?: number) {
    super(code);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Milliseconds until a client takes an answer for lost. */
export const PATIENCE = 9_000;

let lines = 0;

/** The number of a new connection. */
export function nextLine(): number {
  return ++lines;
}

/** An answer as sockets carry it. */
export function readAnswer(value: unknown): Answer {
  const { ok, error, ...fields } = record(value);
  if (ok === true) return { ok, fields };
  const { code, retryAfterMs } = record(error);
  return { ok: false, code: String(code), retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined };
}

/** What `session:closing` says. */
export function readClosing(value: unknown): Ended {
  const { code, retryAfterMs } = record(value);
  return {
    code: typeof code === 'number' ? code : undefined,
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
  };
}
