import { z } from 'zod';

/** The two protocols of docs/protocol.md; peers speak as much of them as is measured. */
export type Protocol = 'WebSocket' | 'Socket.IO';

const factSchema = z.object({ messages: z.array(z.object({ seq: z.number(), body: z.string() })) });
const errorSchema = z.object({ code: z.string() });
const answerSchema = z.object({ ok: z.boolean(), error: errorSchema.optional() });
const closingSchema = z.object({ code: z.number() });

/** A message as a fact tells it. */
export interface ToldMessage {
  seq: number;
  body: string;
}

/** What a frame that is no fact of messages says to a client. */
export type Said =
  | { kind: 'ping' | 'opened' | 'connected' | 'joined' | 'other' }
  | { kind: 'refused'; code: string }
  | { kind: 'closing'; code: number }
  | { kind: 'answer'; call: number; ok: boolean; code: string };

/** What is different between the protocols. */
export interface Wire {
  /** the path and query of the upgrade */
  path(room: string): string;
  /** what a client says, given the token, once the server has opened Engine.IO */
  connect(token: string): string;
  join(room: string): string;
  /** a command in a room; `call` is what its answer will carry */
  call(room: string, call: number, name: string, input: object): string;
  /** the messages of a fact `messages:created`; null for every other frame */
  created(payload: Buffer): ToldMessage[] | null;
  /** any other frame */
  read(payload: Buffer): Said;
}

/** The call of Socket.IO's `room:join`; messages are counted from 1. */
const JOIN = 0;
const OTHER: Said = { kind: 'other' };

const startsWith = (payload: Buffer, prefix: string): boolean =>
  payload.length >= prefix.length && payload.toString('latin1', 0, prefix.length) === prefix;

function answer(call: number, raw: unknown): Said {
  const { ok, error } = answerSchema.parse(raw);
  if (call !== JOIN) return { kind: 'answer', call, ok, code: error?.code ?? '' };
  return ok ? { kind: 'joined' } : { kind: 'refused', code: error?.code ?? 'join' };
}

const plain: Wire = {
  path: (room) => `/ws/chat/${encodeURIComponent(room)}`,
  connect: () => '',
  join: () => '',
  call: (_room, id, name, input) => JSON.stringify({ type: name, id, ...input }),
  created(payload) {
    if (!startsWith(payload, '{"type":"messages:created"')) return null;
    return factSchema.parse(JSON.parse(payload.toString())).messages;
  },
  read(payload) {
    if (startsWith(payload, '{"type":"ack"')) {
      const raw: unknown = JSON.parse(payload.toString());
      return answer(z.object({ id: z.number() }).parse(raw).id, raw);
    }
    if (startsWith(payload, '{"type":"room:joined"')) return { kind: 'joined' };
    if (startsWith(payload, '{"type":"session:closing"')) {
      return { kind: 'closing', code: closingSchema.parse(JSON.parse(payload.toString())).code };
    }
    return OTHER;
  },
};

const eventSchema = z.tuple([z.string(), z.unknown()]);
const refusalSchema = z.object({ data: errorSchema.optional(), message: z.string().optional() });

/** Engine.IO 4 and Socket.IO 5 packets, over a WebSocket from the beginning. */
const socketIo: Wire = {
  path: () => '/socket.io/?EIO=4&transport=websocket',
  connect: (token) => `40${JSON.stringify({ token })}`,
  join: (room) => `42${JOIN}${JSON.stringify(['room:join', { room }])}`,
  call: (room, call, name, input) => `42${call}${JSON.stringify([name, { room, ...input }])}`,
  created(payload) {
    if (!startsWith(payload, '42["messages:created"')) return null;
    return factSchema.parse(eventSchema.parse(JSON.parse(payload.toString('utf8', 2)))[1]).messages;
  },
  read(payload) {
    const text = payload.toString('latin1', 0, 2);
    if (text === '2') return { kind: 'ping' };
    if (text.startsWith('0')) return { kind: 'opened' };
    if (text === '40') return { kind: 'connected' };
    if (text === '43') {
      const [, call, json = ''] = /^43(\d+)(.*)$/s.exec(payload.toString()) ?? [];
      return answer(Number(call), z.array(z.unknown()).parse(JSON.parse(json))[0]);
    }
    if (text === '44') {
      const { data, message } = refusalSchema.parse(JSON.parse(payload.toString('utf8', 2)));
      return { kind: 'refused', code: data?.code ?? message ?? 'connect_error' };
    }
    if (startsWith(payload, '42["session:closing"')) {
      const [, closing] = eventSchema.parse(JSON.parse(payload.toString('utf8', 2)));
      return { kind: 'closing', code: closingSchema.parse(closing).code };
    }
    return OTHER;
  },
};

/** How a protocol is spoken. Its functions throw z.ZodError or SyntaxError where a server breaks it. */
export const WIRES: Record<Protocol, Wire> = { WebSocket: plain, 'Socket.IO': socketIo };
