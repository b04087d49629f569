import type { Draft } from '../checker/ledger';
import { Refused, Unanswered, type Line } from '../clients/line';
import { OPEN } from '../clients/transports';
import { backoff, note, pause, type Identity, type Scene, type SceneRoom } from './scene';
import { deleting, editing, sending, type Task } from './tasks';

/** How a writer behaves. */
export interface WriterHabits {
  /** milliseconds between two messages, on average */
  pace: number;
  /** messages that may be unanswered at a time */
  window: number;
  /** whether it gives up at the first failure: what it sent is then there once, or not at all */
  impatient: boolean;
  /** whether it leaves out the id, and so must not try twice */
  anonymous: boolean;
  /** how often, of a hundred messages, it edits or deletes one of its own */
  changes: number;
}

/** Own messages that it remembers, to change them. */
const REMEMBERED = 20;

/** A sender into one room: whatever is not acknowledged it sends again, in its order, over a new connection if need be. */
export class Writer {
  readonly number: number;
  readonly identity: Identity;
  readonly #room: SceneRoom;
  readonly #scene: Scene;
  readonly #habits: WriterHabits;
  readonly #stop = new AbortController();
  #paused = false;
  #outstanding: Task[] = [];
  readonly #own: Draft[] = [];
  readonly #changing = new Set<Draft>();
  #line: Line | undefined;
  #running: Promise<void> | undefined;
  #due: number;
  #wake: () => void = () => undefined;

  constructor(scene: Scene, identity: Identity, room: SceneRoom, habits: WriterHabits) {
    this.#scene = scene;
    this.identity = identity;
    this.#room = room;
    this.#habits = habits;
    this.number = scene.ledger.addWriter(identity.userId);
    this.#due = performance.now() + habits.pace * scene.random();
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Begins nothing new until {@link Writer.resume}. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  get isConnected(): boolean {
    return this.#line?.isOpen ?? false;
  }

  /** Whether everything that it sent is answered, or given up. */
  get isIdle(): boolean {
    return this.#outstanding.length === 0;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#line?.close();
    this.#wake();
    await this.#running;
  }

  /** Sends one message now, whatever the pace. @returns its record */
  send(): Draft {
    const draft = this.#scene.ledger.begin(this.number, this.#room.index);
    this.#add(sending(this.#scene, draft, this.#habits.anonymous), draft);
    return draft;
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isOver();) {
      let retryAfterMs: number | undefined;
      try {
        const { url, token, transport } = this.identity;
        this.#line = await OPEN[transport]({ url, token, room: this.#room.name });
        failures = 0;
        await this.#work(this.#line);
        retryAfterMs = (await this.#line.ended).retryAfterMs;
      } catch (error) {
        if (error instanceof Refused) {
          retryAfterMs = error.retryAfterMs;
          if (error.code !== 'unavailable') note(this.#scene, `a writer was refused with ${error.code}`);
        } else if (!(error instanceof Unanswered)) throw error;
        failures++;
      }
      this.#line?.close();
      if (!this.#isOver()) await pause(backoff(this.#scene, failures, retryAfterMs), this.#stop.signal);
    }
  }

  /** Sends again what is open, then what comes, until the connection ends. */
  async #work(line: Line): Promise<void> {
    if (this.#isOver()) line.close();
    for (const task of this.#outstanding) this.#transmit(line, task);
    void line.ended.then(() => this.#wake());
    while (line.isOpen && !this.#isOver()) {
      const wait = this.#due - performance.now();
      if (this.#paused || this.#outstanding.length >= this.#habits.window) await this.#sleep(1_000);
      else if (wait > 0) await this.#sleep(Math.min(wait, 1_000));
      else this.#next();
    }
  }

  #sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #next(): void {
    const { pace, changes } = this.#habits;
    this.#due = performance.now() + pace * (0.5 + this.#scene.random());
    const chosen =
      this.#scene.random() * 100 < changes ? this.#own[Math.floor(this.#scene.random() * this.#own.length)] : undefined;
    if (!chosen || this.#changing.has(chosen) || chosen.deleteSent) this.send();
    else {
      this.#changing.add(chosen);
      this.#add(this.#scene.random() < 0.7 ? editing(this.#scene, chosen) : deleting(this.#scene, chosen), chosen);
    }
  }

  #add(task: Task, draft: Draft): void {
    const whole: Task = {
      ...task,
      acknowledged: (fields) => {
        task.acknowledged(fields);
        this.#changing.delete(draft);
        if (task.command !== 'message:send' || this.#habits.changes === 0 || draft.acked === 0) return;
        this.#own.push(draft);
        if (this.#own.length > REMEMBERED) this.#own.shift();
      },
    };
    this.#outstanding.push(whole);
    if (this.#line?.isOpen) this.#transmit(this.#line, whole);
  }

  #transmit(line: Line, task: Task): void {
    line.call(task.command, task.attempt(line.number)).then(
      (answer) => {
        if (answer.ok) {
          task.acknowledged(answer.fields);
          this.#done(task);
        } else if (task.settledBy(answer.code)) this.#done(task);
        else this.#refused(line, task, answer.code, answer.retryAfterMs);
      },
      (error: unknown) => {
        if (!(error instanceof Unanswered)) throw error;
        if (this.#habits.impatient) this.#done(task);
        // Nothing is known of this connection any more: what is open goes over the next one.
        if (this.#line === line) line.close();
      },
    );
  }

  #refused(line: Line, task: Task, code: string, retryAfterMs: number | undefined): void {
    if (code === 'unavailable') this.#scene.unavailable++;
    else note(this.#scene, `${task.command} over ${this.identity.transport} was refused with ${code}`);
    if (this.#habits.impatient) {
      this.#done(task);
      return;
    }
    setTimeout(
      () => {
        if (this.#line === line && line.isOpen && this.#outstanding.includes(task)) this.#transmit(line, task);
      },
      backoff(this.#scene, 0, retryAfterMs ?? 500),
    );
  }

  #done(task: Task): void {
    this.#outstanding = this.#outstanding.filter((other) => other !== task);
    this.#wake();
  }
}
