import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { rawText } from '../../harness/raw-text';
import type { ClientOptions } from './orders';
import { decode, type Answer, type Heard } from './wire';
import type { Tally } from './tally';

/** Milliseconds of the first wait before coming back, halved at most by chance, doubled each time up to the last. */
const BACK_OFF = { first: 1_000, last: 10_000 };
/** Milliseconds that a server has to let one in. */
const PATIENCE = 30_000;
const FIRST_CALL = '0';

/** A lean client of either protocol that stays in one room: it comes back by itself, catches up with `since`, and checks what it hears. */
export class LoadClient {
  readonly options: ClientOptions;
  readonly #port: number;
  readonly #tally: Tally;
  readonly #random: () => number;
  #socket: WebSocket | undefined;
  #patience: NodeJS.Timeout | undefined;
  #return: NodeJS.Timeout | undefined;
  #attempt = 0;
  #retryAfterMs = 0;
  #calls = 0;
  #ended = false;
  /** what it sent and has no answer to yet, by call */
  readonly #unanswered = new Map<string, string>();
  /** the last revision that it knows of its room; null before its first join */
  revision: number | null = null;
  /** the last revision that this connection told as a fact, or answered the join with; null before that */
  #told: number | null = null;
  /** facts that came while an answer of more than one page was being fetched */
  #held: Heard[] | null = null;
  caughtUp = false;
  /** its socket is not being read, on purpose */
  stalled = false;

  constructor(options: ClientOptions, port: number, tally: Tally, random: () => number) {
    this.options = options;
    this.#port = port;
    this.#tally = tally;
    this.#random = random;
  }

  connect(): void {
    const { protocol, token, room, address } = this.options;
    const since = this.revision === null ? '' : `?since=${this.revision}`;
    const path =
      protocol === 'WebSocket'
        ? `/ws/chat/${encodeURIComponent(room)}${since}`
        : '/socket.io/?EIO=4&transport=websocket';
    this.#tally.attempts++;
    const socket = new WebSocket(
      `ws://127.0.0.1:${this.#port}${path}`,
      protocol === 'WebSocket' ? ['bearer', token] : [],
      {
        perMessageDeflate: false,
        skipUTF8Validation: true,
        ...(address !== undefined && { localAddress: address }),
      },
    );
    this.#socket = socket;
    this.#patience = setTimeout(() => {
      this.#tally.refused('not let in in time');
      socket.terminate();
    }, PATIENCE);
    socket.on('message', (data) => this.#hear(rawText(data)));
    socket.on('unexpected-response', (_request, response) => {
      this.#retryAfterMs = Number(response.headers['retry-after'] ?? 0) * 1_000;
      this.#tally.refused(String(response.statusCode));
      response.destroy();
      socket.terminate();
    });
    socket.on('error', (error) => {
      if ('code' in error) this.#tally.refused(String(error.code));
    });
    socket.on('close', () => this.#closed(socket));
  }

  /** Says something in its room. Whether it was stored is known to the tally once the server has said so. */
  say(text: string): void {
    if (!this.caughtUp || this.stalled) return;
    const call = String(++this.#calls);
    const body = `${Date.now()} ${text}`;
    this.#unanswered.set(call, body);
    this.#call(call, 'message:send', { body, clientMessageId: randomUUID() });
  }

  /** Hangs up, and comes back as after any loss. */
  hangUp(): void {
    this.#socket?.close();
  }

  /** Stops reading what the server sends, or goes on. */
  stall(stalled: boolean): void {
    this.stalled = stalled;
    if (stalled) this.#socket?.pause();
    else this.#socket?.resume();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#return);
    clearTimeout(this.#patience);
    this.#socket?.terminate();
  }

  #call(call: string, name: string, fields: object): void {
    const { protocol, room } = this.options;
    this.#socket?.send(
      protocol === 'WebSocket'
        ? JSON.stringify({ type: name, id: call, ...fields })
        : `42${call}${JSON.stringify([name, { room, ...fields }])}`,
    );
  }

  #hear(text: string): void {
    const heard = decode(this.options.protocol, text);
    if (heard.kind === 'ping') this.#socket?.send('3');
    else if (heard.kind === 'opened') this.#socket?.send(`40${JSON.stringify({ token: this.options.token })}`);
    else if (heard.kind === 'connected')
      this.#call(FIRST_CALL, 'room:join', this.revision === null ? {} : { since: this.revision });
    else if (heard.kind === 'refused') {
      this.#tally.refused(heard.code);
      this.#retryAfterMs = heard.retryAfterMs;
      this.#socket?.terminate();
    } else if (heard.kind === 'closing') this.#retryAfterMs = heard.retryAfterMs;
    else if (heard.kind === 'answer') this.#answered(heard);
    else if (heard.kind === 'created') {
      if (this.#held) this.#held.push(heard);
      else this.#hearFact(heard.messages);
    }
  }

  #answered({ call, ok, code, room, messages }: Answer): void {
    const sent = this.#unanswered.get(call);
    if (sent !== undefined) {
      this.#unanswered.delete(call);
      const [message] = messages;
      if (ok && message) this.#tally.acknowledged(this.options.room, message.seq, sent, message.body);
      else this.#tally.unsent(code);
      return;
    }
    if (!ok || !room) {
      this.#tally.refused(code);
      this.#socket?.terminate();
      return;
    }
    this.#told ??= room.revision;
    if (this.revision === null) this.revision = room.revision;
    else this.#read(messages);
    if (this.revision < room.revision) {
      this.#held ??= [];
      this.#call(FIRST_CALL, 'message:list', { since: this.revision, limit: 200 });
      return;
    }
    const held = this.#held ?? [];
    this.#held = null;
    for (const fact of held) if (fact.kind === 'created') this.#hearFact(fact.messages);
    clearTimeout(this.#patience);
    this.#attempt = 0;
    this.caughtUp = true;
    this.#tally.arrived();
  }

  #read(messages: Answer['messages']): void {
    for (const message of messages) {
      this.#expect(message.revision, this.revision ?? 0);
      this.#know(message);
    }
  }

  /** Facts neither skip nor repeat, counted from the join's answer; a page that was read later may hold them as well. */
  #hearFact(messages: Answer['messages']): void {
    for (const message of messages) {
      this.#expect(message.revision, this.#told ?? 0);
      this.#told = message.revision;
      this.#know(message);
      this.#tally.delivered(message.body);
    }
  }

  #expect(revision: number, last: number): void {
    if (revision <= last) this.#tally.doubled++;
    else if (revision > last + 1) this.#tally.skipped++;
  }

  #know({ seq, revision, body }: Answer['messages'][number]): void {
    this.revision = Math.max(revision, this.revision ?? 0);
    this.#tally.saw(this.options.room, seq, body);
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#patience);
    for (const _ of this.#unanswered) this.#tally.unsent('connection lost');
    this.#unanswered.clear();
    this.caughtUp = false;
    this.stalled = false;
    this.#held = null;
    this.#told = null;
    if (this.#ended) return;
    const longest = Math.min(BACK_OFF.last, BACK_OFF.first * 2 ** this.#attempt++);
    const wait = Math.max(this.#retryAfterMs, longest * (0.5 + this.#random() / 2));
    this.#retryAfterMs = 0;
    this.#return = setTimeout(() => this.connect(), wait);
  }
}
