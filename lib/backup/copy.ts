import { once } from 'node:events';
import { PassThrough, type Duplex, type Readable } from 'node:stream';
import type pg from 'pg';

/** What node-postgres hands to whoever handles a COPY; its types leave this half out. */
interface CopyConnection {
  readonly stream: Duplex;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

class CopyOut implements pg.Submittable {
  readonly rows = new PassThrough();
  readonly #statement: string;

  constructor(statement: string) {
    this.#statement = statement;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#statement);
  }

  handleCopyData({ chunk }: { chunk: Buffer }, { stream }: CopyConnection): void {
    if (this.rows.destroyed) return;
    // Copied, because the bytes belong to the parser, which uses them again.
    if (this.rows.write(Buffer.from(chunk)) || stream.isPaused()) return;
    stream.pause();
    this.rows.once('drain', () => stream.resume());
  }

  handleCommandComplete(): void {
    // What counts is that the connection is ready again.
  }

  handleReadyForQuery({ stream }: CopyConnection): void {
    this.rows.end();
    // A stream that has been ended never drains, and the connection has other work to do.
    stream.resume();
  }

  handleError(error: Error): void {
    this.rows.destroy(error);
  }
}

/**
 * Reads with `COPY … TO STDOUT`, no quicker than the rows are taken.
 *
 * @param client used for nothing else until the stream has ended
 * @returns the rows in PostgreSQL's text format, each with its line break; fails with PostgreSQL's own error
 */
export function copyOut(client: pg.Client, statement: string): Readable {
  return client.query(new CopyOut(statement)).rows;
}

/** Rows on their way into a table. */
export interface CopyTarget {
  /** Takes rows in PostgreSQL's text format. @throws PostgreSQL's own error, which may be about rows before these */
  write(rows: Buffer): Promise<void>;
  /** @returns how many rows were stored @throws PostgreSQL's own error */
  end(): Promise<number>;
}

class CopyIn implements pg.Submittable, CopyTarget {
  readonly #statement: string;
  readonly #open: Promise<CopyConnection>;
  readonly #stored: Promise<number>;
  #opened: (connection: CopyConnection) => void = () => undefined;
  #finished: (rows: number) => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #rows = 0;

  constructor(statement: string) {
    this.#statement = statement;
    const failed = new Promise<never>((_, reject) => (this.#fail = reject));
    this.#open = Promise.race([failed, new Promise<CopyConnection>((resolve) => (this.#opened = resolve))]);
    this.#stored = Promise.race([failed, new Promise<number>((resolve) => (this.#finished = resolve))]);
    // Whoever writes or ends hears of it.
    for (const outcome of [this.#open, this.#stored]) outcome.catch(() => undefined);
  }

  async write(rows: Buffer): Promise<void> {
    const connection = await this.#open;
    connection.sendCopyFromChunk(rows);
    // PostgreSQL refuses a row while those behind it still wait to leave.
    if (connection.stream.writableNeedDrain) await Promise.race([once(connection.stream, 'drain'), this.#stored]);
  }

  async end(): Promise<number> {
    (await this.#open).endCopyFrom();
    return this.#stored;
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#statement);
  }

  handleCopyInResponse(connection: CopyConnection): void {
    this.#opened(connection);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.#rows = Number(/^COPY (\d+)$/.exec(text)?.[1]);
  }

  handleReadyForQuery(): void {
    this.#finished(this.#rows);
  }

  handleError(error: Error): void {
    this.#fail(error);
  }
}

/**
 * Stores rows with `COPY … FROM STDIN`.
 *
 * @param client used for nothing else until `end` has resolved; to give up, end its connection
 */
export function copyIn(client: pg.Client, statement: string): CopyTarget {
  return client.query(new CopyIn(statement));
}
