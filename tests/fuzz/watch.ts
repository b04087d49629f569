import { z } from 'zod';
import { ask } from './ask';
import type { Ground } from './ground';

const lineSchema = z.looseObject({ level: z.number(), msg: z.string().optional() });

/** pino's number for `error` */
const ERROR_LEVEL = 50;

/** @returns what is wrong with a line of the server's log, or null */
function judgeLine(line: string): string | null {
  if (line.trim() === '') return null;
  try {
    const { level, msg = '' } = lineSchema.parse(JSON.parse(line));
    return level >= ERROR_LEVEL || msg.includes('A defect') ? `logged: ${msg}` : null;
  } catch {
    // Whatever is no line of the log was printed by something that failed.
    return 'printed outside of the log';
  }
}

/** Looks at the server from outside all the while, and says each thing once. */
export class Watch {
  readonly #ground: Ground;
  readonly #report: (what: string, evidence: string) => void;
  #read = 0;
  #notes = 0;
  #dead = false;

  constructor(ground: Ground, report: (what: string, evidence: string) => void) {
    this.#ground = ground;
    this.#report = report;
  }

  /** Passes over what was until now: what is loaded at first, and by whom it was used, is not the attack's doing. */
  begin(): void {
    this.#read = this.#ground.server.logs().lastIndexOf('\n') + 1;
    this.#notes = this.#ground.notes().length;
  }

  /** Looks at what is new: is the process alive, what did it log, was its event loop held up. */
  look(): void {
    const { server } = this.#ground;
    const text = server.logs();
    const end = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(this.#read, end).split('\n')) {
      const wrong = judgeLine(line);
      if (wrong !== null) this.#report(wrong, line.slice(0, 2_000));
    }
    this.#read = Math.max(this.#read, end);
    const notes = this.#ground.notes();
    for (const note of notes.slice(this.#notes)) {
      if (note.kind === 'stall') {
        this.#report('held up its event loop', `for ${note.milliseconds} ms, ${note.own} ms of them its own work`);
      }
    }
    this.#notes = notes.length;
    if (server.isOver() && !this.#dead) {
      this.#dead = true;
      this.#report('the process is gone', text.slice(-2_000));
    }
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Asks after the server's health, as an orchestrator does. */
  async health(): Promise<void> {
    for (const path of ['/api/health/live', '/api/health/ready']) {
      try {
        const { status } = await ask(this.#ground.server.url, path);
        if (status !== 200) this.#report(`${path} answers ${status}`, '');
      } catch (error) {
        this.#report(`${path} does not answer`, String(error));
      }
    }
  }
}
