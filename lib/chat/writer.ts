import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { isDiskFull, isRolledBack, isUnavailable, isUniqueViolation, toUnavailable } from '../db';
import { log } from '../log';
import { metrics } from '../metrics';
import { inTransaction } from '../queries';
import { Backlog } from './backlog';
import { findStored, insertMessages, keyOf, type Draft } from './insert';
import { publish } from './publish';
import { answer, settle, type Asked, type Written } from './settle';
import { connectWriter } from './writer-connection';

interface Waiting {
  /** milliseconds of `performance.now()` after which a failure is told instead of tried again */
  until: number;
  roomId: number;
  reject(error: unknown): void;
}

type PendingDraft = Asked & Waiting;

/** Something else that is changed of a room. */
interface PendingChange extends Waiting {
  run(client: pg.Client): Promise<void>;
}

type Job = PendingDraft | PendingChange;

const isChange = (job: Job): job is PendingChange => 'run' in job;

/** Rows in one statement: with 256 a room of a thousand bore a tenth less, with 512 no more, and a slow one delays everybody in it. */
const BATCH = 384;
/** Jobs waiting at most, whatever {@link Backlog} says of the time that they take. */
const QUEUE = 20_000;
/** Milliseconds that a job outlasts a database that is away: less than clients wait for an answer. */
const PATIENCE_MS = 4_000;
/** Milliseconds between two attempts to reach it. */
const RETRY_MS = 100;
/** Milliseconds during which a full disk is left in peace: every attempt writes to its log, and that too needs room. */
const FULL_DISK_MS = 1_000;
/** Milliseconds that closing may take: requests in flight had five seconds before, and a stop has nine (lib/shutdown.ts). */
const CLOSE_MS = 2_000;

const tooMany = (retryAfterMs: number) =>
  new AppError('unavailable', 'Too many messages are waiting to be stored: try again shortly.', { retryAfterMs });

/** The group commit: what arrives while a commit is in flight goes together in the next. */
export class Writer {
  #queue: Job[] = [];
  #running: Promise<void> | null = null;
  #client: pg.Client | null = null;
  #closing = false;
  /** rooms with a commit of which nobody knows whether it took place */
  readonly #uncertain = new Set<number>();
  #full: { error: AppError; until: number } | null = null;
  readonly #backlog = new Backlog(BATCH);

  /**
   * Stores a message durably, after everything that was given to this writer before it. Outlasts a short absence of the
   * database, where a `clientMessageId` makes that safe.
   *
   * @returns the message once it is committed, or the stored one for a `clientMessageId` seen before
   * @throws AppError `not_found` when the room is gone, `unavailable` when it could not be stored: then it perhaps was, once
   */
  write(draft: Draft): Promise<Written> {
    return new Promise((resolve, reject) => {
      const { room, author, body, clientMessageId } = draft;
      const until = performance.now() + PATIENCE_MS;
      // One by one: of every message, and V8 copies an object of unknown shape ten times as slowly.
      this.#add({ room, author, body, clientMessageId, roomId: room.id, until, resolve, reject });
    });
  }

  /**
   * Changes something else of a room in one transaction, after everything that was given to this writer before it: its next
   * revision, or who may read and write there. So no message is stored between such a change and what is told of it.
   *
   * @param change what is written; it may be run again where PostgreSQL has undone it
   * @param tell publishes what came of it, once that is committed
   * @throws AppError `unavailable`; whatever `change` throws
   */
  perform<T>(room: Pick<Room, 'id'>, change: (client: pg.Client) => Promise<T>, tell: (result: T) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async (client: pg.Client) => {
        const result = await inTransaction(client, change);
        tell(result);
        resolve(result);
      };
      this.#add({ roomId: room.id, until: performance.now() + PATIENCE_MS, run, reject });
    });
  }

  /**
   * Stores what is waiting, or refuses it when the database is away; but no longer than a stop can bear. What is left then was
   * acknowledged to nobody.
   */
  async close(): Promise<void> {
    this.#closing = true;
    const late = sleep(CLOSE_MS, 'late' as const, { ref: false });
    while (this.#running && (await Promise.race([this.#running, late])) !== 'late');
  }

  /**
   * What a message would be refused with at this moment: for those who would rather know before they look at it.
   *
   * @returns AppError `unavailable`, or null where it would be taken
   */
  refusal(): AppError | null {
    if (this.#full && performance.now() < this.#full.until) return this.#full.error;
    const retryAfterMs = this.#backlog.retryAfter(this.#queue.length);
    return retryAfterMs === null ? null : tooMany(retryAfterMs);
  }

  #add(job: Job): void {
    // Other changes are few, and one of them may end the flood: whoever is removed says no more.
    const isFull = this.#full && performance.now() < this.#full.until ? this.#full.error : null;
    const refusal = isChange(job) ? (isFull ?? (this.#queue.length >= QUEUE ? tooMany(1_000) : null)) : this.refusal();
    if (refusal) return void job.reject(refusal);
    this.#queue.push(job);
    this.#running ??= this.#run().finally(() => (this.#running = null));
  }

  async #run(): Promise<void> {
    // One turn of the loop, so that what one read of the sockets brought goes together.
    await new Promise(setImmediate);
    while (this.#queue.length > 0 || (this.#uncertain.size > 0 && !this.#closing)) {
      const client = this.#client ?? (await this.#connect());
      if (!client) continue;
      const { batch, repeats } = this.#take();
      // Second ones wait for the first of their kind: after it they find it stored, and are answered alike.
      this.#queue.unshift(...repeats);
      const begun = performance.now();
      try {
        await this.#commit(client, batch);
        this.#backlog.note(batch.length, performance.now() - begun);
      } catch (error) {
        await this.#failed(client, batch, error);
      }
    }
  }

  /** Without a database those whose time is over are told so. */
  async #connect(): Promise<pg.Client | null> {
    try {
      const client = await connectWriter();
      client.once('end', () => {
        if (this.#client === client) this.#client = null;
      });
      this.#client = client;
    } catch (error) {
      const now = performance.now();
      const expired = this.#queue.filter((job) => job.until <= now);
      this.#queue = this.#queue.filter((job) => job.until > now);
      for (const job of expired) job.reject(toUnavailable(error));
      if (expired.length > 0) log.warn({ err: error, messages: expired.length }, 'the database cannot be written to');
      await sleep(RETRY_MS);
      return null;
    }
    // What the last connection left undecided is decided now, and those in the room may not have been told.
    for (const roomId of this.#uncertain) publish({ type: 'room:uncertain', roomId });
    this.#uncertain.clear();
    return this.#client;
  }

  /** The next jobs that fit into one statement; a second draft with the same key cannot share it with the first. */
  #take(): { batch: Job[]; repeats: Job[] } {
    const [first] = this.#queue;
    if (first && isChange(first)) return { batch: this.#queue.splice(0, 1), repeats: [] };
    const end = this.#queue.findIndex(isChange);
    const taken = this.#queue.splice(0, Math.min(BATCH, end < 0 ? BATCH : end));
    const keys = new Set<string>();
    const batch: Job[] = [];
    const repeats: Job[] = [];
    for (const job of taken) {
      const key = isChange(job) ? null : keyOf(job);
      if (key !== null && keys.has(key)) repeats.push(job);
      else batch.push(job);
      if (key !== null) keys.add(key);
    }
    return { batch, repeats };
  }

  async #commit(client: pg.Client, batch: Job[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    if (isChange(first)) return first.run(client);
    const drafts = batch.filter((job): job is PendingDraft => !isChange(job));
    const inserted = await insertMessages(client, drafts);
    const left = settle(drafts, inserted);
    metrics().meters?.delivered(performance.now() - first.until + PATIENCE_MS);
    if (left.length === 0) return;
    const rest = left.filter(({ roomId }) => !inserted.overtaken.has(roomId));
    // Before what came behind them: a sender's order holds. Who was removed is left out for good then.
    this.#again(
      left.filter((job) => !rest.includes(job)),
      new AppError('unavailable', 'The room is just being changed.', { retryAfterMs: RETRY_MS }),
    );
    if (rest.length === 0) return;
    // Of their own fate: those that were stored are answered, and must not be tried again because this question fails.
    try {
      answer(rest, await findStored(client, rest));
    } catch (error) {
      await this.#failed(client, rest, error);
    }
  }

  async #failed(client: pg.Client, batch: Job[], error: unknown): Promise<void> {
    if (isDiskFull(error)) this.#refuse(batch, error);
    else if (isRolledBack(error)) await this.#isolate(client, batch, error);
    else if (isUnavailable(error)) this.#lost(client, batch, error);
    else for (const job of batch) job.reject(error);
  }

  /** Nothing can be stored for a while; those who ask meanwhile need not find out one by one. */
  #refuse(batch: Job[], error: unknown): void {
    const refusal = toUnavailable(error);
    log.error({ err: error, messages: batch.length }, 'the disk of the database is full');
    this.#full = { error: refusal, until: performance.now() + FULL_DISK_MS };
    // A disk that is full while the end of a commit is written takes PostgreSQL down with it: then it may have been committed.
    for (const roomId of new Set(batch.map((job) => job.roomId))) publish({ type: 'room:uncertain', roomId });
    for (const job of [...batch, ...this.#queue.splice(0)]) job.reject(refusal);
  }

  /** PostgreSQL has undone it: it may be tried again, and if one draft alone is at fault its neighbours must not suffer. */
  async #isolate(client: pg.Client, batch: Job[], error: unknown): Promise<void> {
    if (isUnavailable(error)) {
      log.warn({ err: error, messages: batch.length }, 'PostgreSQL has undone a commit; trying again');
      await sleep(RETRY_MS);
      this.#again(batch, error);
      return;
    }
    if (batch.length === 1) return void this.#fail(batch[0], error);
    for (const [index, job] of batch.entries()) {
      try {
        await this.#commit(client, [job]);
      } catch (reason) {
        if (isRolledBack(reason) && !isUnavailable(reason)) this.#fail(job, reason);
        else return this.#failed(client, batch.slice(index), reason);
      }
    }
  }

  /** Where another node has stored the same message meanwhile, it is found the second time. */
  #fail(job: Job | undefined, error: unknown): void {
    if (job && !isChange(job) && isUniqueViolation(error)) this.#again([job], error);
    else job?.reject(error);
  }

  /** The connection broke, or said nothing: perhaps it was committed. Only what cannot double is tried again. */
  #lost(client: pg.Client, batch: Job[], error: unknown): void {
    log.warn({ err: error, messages: batch.length }, 'the outcome of a commit is unknown');
    if (this.#client === client) this.#client = null;
    void client.end().catch(() => undefined);
    for (const { roomId } of batch) this.#uncertain.add(roomId);
    const safe = batch.filter((job) => !isChange(job) && job.clientMessageId !== null);
    for (const job of batch) if (!safe.includes(job)) job.reject(toUnavailable(error));
    this.#again(safe, error);
  }

  #again(batch: Job[], error: unknown): void {
    const now = performance.now();
    const refused = batch.filter((job) => this.#closing || job.until <= now);
    for (const job of refused) job.reject(toUnavailable(error));
    this.#queue.unshift(...batch.filter((job) => !refused.includes(job)));
  }
}

const shared = globalThis as typeof globalThis & { besedaWriter?: Writer };

/** The process's one writer. */
export function writer(): Writer {
  return (shared.besedaWriter ??= new Writer());
}
