import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlainSocket } from '../harness/plain-client';
import { SocketIoClient } from '../harness/socket-io-client';
import { messagesOf } from './heard';
import { newPerson, post } from './world';

/** Milliseconds between two messages, and within which each has to reach everybody: generous, because the machine is shared. */
const PACE = 250;
const WITHIN = 5_000;

/** Two people who talk in a room of their own, over both kinds of sockets, while the service is attacked. */
export class Bystanders {
  readonly #clients: { socketIo: SocketIoClient; plain: PlainSocket };
  readonly #room: string;
  readonly #report: (what: string, evidence: string) => void;
  readonly #sent: string[] = [];
  #going = true;
  #talk: Promise<void> = Promise.resolve();

  private constructor(
    clients: { socketIo: SocketIoClient; plain: PlainSocket },
    room: string,
    report: (what: string, evidence: string) => void,
  ) {
    this.#clients = clients;
    this.#room = room;
    this.#report = report;
  }

  static async begin(url: string, report: (what: string, evidence: string) => void): Promise<Bystanders> {
    const [anna, boris] = [await newPerson(url), await newPerson(url)];
    // No attacker can guess it.
    const room = `quiet-${randomUUID()}`;
    await post(url, '/api/v1/rooms', { name: room }, anna.token);
    const socketIo = await SocketIoClient.connect(url, anna.token);
    await socketIo.call('room:join', { room });
    const plain = await PlainSocket.join(url, room, boris.token);
    const bystanders = new Bystanders({ socketIo, plain }, room, report);
    bystanders.#talk = bystanders.#converse();
    return bystanders;
  }

  /** @returns how many messages each has heard */
  get heard(): number {
    return this.#sent.length;
  }

  /** Ends the conversation, and compares what was said with what each has heard. */
  async end(): Promise<void> {
    this.#going = false;
    await this.#talk;
    for (const [name, { facts }] of Object.entries(this.#clients)) {
      const heard = facts.of('messages:created').flatMap(messagesOf);
      if (heard.map(({ body }) => body).join() !== this.#sent.join()) {
        this.#report(`the bystander over ${name} heard ${heard.length} of ${this.#sent.length} messages`, '');
      }
      if (heard.some(({ seq }, index) => seq !== index + 1)) this.#report(`${name}: a gap in what was heard`, '');
    }
    await this.#clients.socketIo.close();
    await this.#clients.plain.close();
  }

  async #converse(): Promise<void> {
    const { socketIo, plain } = this.#clients;
    try {
      while (this.#going) {
        const body = `Message ${this.#sent.length + 1}`;
        const begun = performance.now();
        const answer =
          this.#sent.length % 2 === 0
            ? await socketIo.call('message:send', { room: this.#room, body })
            : await plain.call('message:send', { body });
        if (!answer.ok) this.#report('a bystander was refused', JSON.stringify(answer));
        this.#sent.push(body);
        const said = (payload: Record<string, unknown>) => messagesOf(payload).some((message) => message.body === body);
        await Promise.all([socketIo, plain].map(({ facts }) => facts.wait('messages:created', said, WITHIN)));
        const took = performance.now() - begun;
        if (took > WITHIN) this.#report(`a bystander's message took ${Math.round(took)} ms`, '');
        await sleep(PACE);
      }
    } catch (error) {
      this.#report('a bystander was left without an answer', String(error).slice(0, 300));
    }
  }
}
