import { connect, type Socket } from 'node:net';

/** Milliseconds without a byte after which an exchange is over: once something was answered, and while an answer is due. */
const QUIET = { answered: 30, due: 1_500 };

/** A connection of bytes. */
export class Line {
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #heard: () => void = () => undefined;
  closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => {
      this.#received.push(data);
      this.#heard();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#heard();
    });
  }

  /** @throws Error when nobody listens */
  static open(port: number): Promise<Line> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, 'localhost');
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Line(socket)));
    });
  }

  write(bytes: Buffer): void {
    if (!this.closed) this.#socket.write(bytes);
  }

  /** everything that came since it was last taken */
  take(): Buffer {
    const bytes = Buffer.concat(this.#received);
    this.#received = [];
    return bytes;
  }

  /** everything that came and was not taken */
  peek(): Buffer {
    return Buffer.concat(this.#received);
  }

  /**
   * Waits until nothing comes any more, or the other side has closed.
   *
   * @param whole whether what came is all that has to be waited for; until then silence may last longer
   * @param due milliseconds for which an answer is waited for
   */
  async quiet(whole: (bytes: Buffer) => boolean = (bytes) => bytes.length > 0, due = QUIET.due): Promise<void> {
    while (!this.closed) {
      const patience = whole(this.peek()) ? QUIET.answered : due;
      const heard = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), patience);
        this.#heard = () => {
          clearTimeout(timer);
          resolve(true);
        };
        if (this.closed) this.#heard();
      });
      if (!heard) return;
    }
  }

  /** Hangs up without taking leave. */
  cut(): void {
    this.#socket.destroy();
  }
}
