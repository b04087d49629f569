import { record, observe, observeAll, observePage, Unreadable } from '../checker/observed';
import { View } from '../checker/view';
import { Refused, Unanswered, type Ear, type Line } from '../clients/line';
import { OPEN } from '../clients/transports';
import { backoff, note, pause, type Identity, type Scene, type SceneRoom } from './scene';

/** How a watcher behaves. */
export interface WatcherHabits {
  /** whether the first join asks for everything, or for the latest messages */
  fromTheBeginning: boolean;
  /** milliseconds that it stays in the room at most before it leaves and joins again; 0 for ever */
  restless: number;
}

/** Milliseconds between two questions of a watcher that is told nothing by itself. */
const POLL = 400;

/** A reader of one room, who comes back after every failure and asks for what was missed. */
export class Watcher {
  readonly view: View;
  readonly identity: Identity;
  readonly #room: SceneRoom;
  readonly #scene: Scene;
  readonly #habits: WatcherHabits;
  readonly #stop = new AbortController();
  #line: Line | undefined;
  #running: Promise<void> | undefined;
  #retryAfterMs: number | undefined;
  /** how often it had to connect */
  connections = 0;

  constructor(scene: Scene, identity: Identity, room: SceneRoom, habits: WatcherHabits) {
    this.#scene = scene;
    this.identity = identity;
    this.#room = room;
    this.#habits = habits;
    this.view = new View(identity.name, room.index, scene.ledger, scene.violations);
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends it, wherever it is. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#line?.close();
    await this.#running;
  }

  /** The connection that it has now. */
  get line(): Line | undefined {
    return this.#line;
  }

  /** Whether it connects again only when it has to. */
  get isSteady(): boolean {
    return this.#habits.restless === 0 && this.identity.transport !== 'rest';
  }

  /** No more leaving and joining: it stays with what it has. */
  settle(): void {
    this.#habits.restless = 0;
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isOver();) {
      this.#retryAfterMs = undefined;
      try {
        const line = await this.#open();
        failures = 0;
        await this.#follow(line);
      } catch (error) {
        this.#explain(error);
        failures++;
      }
      this.#line?.close();
      this.view.leave();
      if (!this.#isOver()) await pause(backoff(this.#scene, failures, this.#retryAfterMs), this.#stop.signal);
    }
  }

  async #open(): Promise<Line> {
    const { url, token, transport } = this.identity;
    const since = this.#since();
    this.connections++;
    const line = await OPEN[transport]({ url, token, room: this.#room.name, since, ear: this.#ear(since) });
    this.#line = line;
    if (this.#stop.signal.aborted) line.close();
    return line;
  }

  #since(): number | undefined {
    if (this.view.start !== null) return this.view.safe;
    if (!this.#habits.fromTheBeginning) return undefined;
    this.view.start = 1;
    return 0;
  }

  #ear(since: number | undefined): Ear {
    return {
      joined: (page) => {
        this.#read(() => this.view.join(observePage(page), since));
      },
      fact: (name, payload) => {
        if (name === 'messages:created') this.#read(() => this.view.created(observeAll(record(payload).messages)));
        else if (name === 'message:updated') this.#read(() => this.view.updated(observe(record(payload).message)));
      },
    };
  }

  /** What cannot be read was never sent so by anybody. */
  #read(take: () => void): boolean {
    try {
      take();
      return true;
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      this.#scene.violations.add('phantom', `room ${this.#room.index}, ${this.identity.name}: ${error.message}`);
      return false;
    }
  }

  async #follow(line: Line): Promise<void> {
    const { signal } = this.#stop;
    if (this.identity.transport === 'rest') {
      while (!this.#isOver() && line.isOpen) {
        await this.#catchUp(line);
        await pause(POLL, signal);
      }
      return;
    }
    for (;;) {
      if (!this.view.isCurrent) await this.#catchUp(line);
      if (this.#habits.restless === 0) break;
      const ended = await Promise.race([line.ended, pause(this.#scene.random() * this.#habits.restless, signal)]);
      if (ended !== undefined || this.#isOver()) break;
      if (!line.join || this.#scene.random() < 0.5) return;
      await this.#rejoin(line);
    }
    this.#retryAfterMs = (await line.ended).retryAfterMs;
  }

  async #rejoin(line: Line): Promise<void> {
    const left = await line.call('room:leave', {});
    if (!left.ok) throw new Refused(left.code, left.retryAfterMs);
    this.view.leave();
    await line.join?.(this.view.safe, this.#ear(this.view.safe));
  }

  async #catchUp(line: Line): Promise<void> {
    do {
      const answer = await line.call('message:list', { since: this.view.safe, limit: 200 });
      if (!answer.ok) throw new Refused(answer.code, answer.retryAfterMs);
      if (!this.#read(() => this.view.list(observePage(answer.fields)))) return;
    } while (this.view.hasMore && !this.#isOver());
  }

  #explain(error: unknown): void {
    if (error instanceof Unanswered) return;
    if (!(error instanceof Refused)) throw error;
    this.#retryAfterMs = error.retryAfterMs;
    if (error.code === 'unavailable') return;
    const told = `${this.identity.name} asked since ${this.view.safe} and was told ${error.code}`;
    // A revision that somebody was told of, and that is not there any more.
    if (['unprocessable', 'bad_request'].includes(error.code)) this.#scene.violations.add('lost', told);
    else note(this.#scene, `a reader over ${this.identity.transport} was told ${error.code}`);
  }
}
