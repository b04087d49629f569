import { observe, Unreadable } from '../checker/observed';
import { Refused, Unanswered } from '../clients/line';
import { OPEN } from '../clients/transports';
import { bodyOf } from '../checker/tags';
import { note, pause, type Identity, type Scene, type SceneRoom } from './scene';

/** Milliseconds that it listens where it should not have come in at all. */
const LISTEN = 300;
/** Milliseconds between two attempts. */
const PACE = 700;

/** Somebody who was removed from a room, and goes on trying to read it and to write in it. */
export class Outsider {
  readonly identity: Identity;
  readonly #room: SceneRoom;
  readonly #scene: Scene;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  /** attempts that were answered with a refusal */
  refusals = 0;

  constructor(scene: Scene, identity: Identity, room: SceneRoom) {
    this.#scene = scene;
    this.identity = identity;
    this.#room = room;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#listen();
      for (const [command, input] of [
        ['message:list', { limit: 50 }],
        ['message:list', { since: 0, limit: 200 }],
        ['message:send', { body: bodyOf({ writer: 2_000, number: this.refusals % 1_000, edit: 0 }) }],
      ] as const) {
        await this.#call(command, input);
      }
      await pause(PACE * (0.5 + this.#scene.random()), signal);
    }
  }

  async #listen(): Promise<void> {
    const { url, token, transport } = this.identity;
    if (transport === 'rest') return;
    const ear = {
      joined: () => {
        this.#leak('was let in');
      },
      fact: (name: string) => {
        if (name !== 'session:closing') this.#leak(`was told ${name}`);
      },
    };
    await this.#attempt(async () => {
      const line = await OPEN[transport]({ url, token, room: this.#room.name, ear });
      await pause(LISTEN, this.#stop.signal);
      line.close();
    });
  }

  async #call(command: string, input: Record<string, unknown>): Promise<void> {
    const { url, token, transport } = this.identity;
    await this.#attempt(async () => {
      const line = await OPEN[transport]({ url, token, room: this.#room.name });
      try {
        const answer = await line.call(command, input);
        if (!answer.ok) throw new Refused(answer.code, answer.retryAfterMs);
        this.#leak(`was answered ${command}: ${describe(answer.fields)}`);
      } finally {
        line.close();
      }
    });
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      if (error instanceof Unanswered) return;
      if (!(error instanceof Refused)) throw error;
      if (error.code === 'forbidden') this.refusals++;
      else if (error.code !== 'unavailable') note(this.#scene, `somebody who was removed was told ${error.code}`);
    }
  }

  #leak(what: string): void {
    this.#scene.violations.add('leaked', `room ${this.#room.index}, ${this.identity.name} ${what}`);
  }
}

function describe(fields: Record<string, unknown>): string {
  try {
    return `message ${observe(fields.message).seq}`;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return Object.keys(fields).join(', ');
  }
}
