import { z } from 'zod';
import type { Protocol } from './orders';

const messageSchema = z.object({ seq: z.number(), revision: z.number(), body: z.string() });
const roomSchema = z.object({ revision: z.number() });
const errorSchema = z.object({ code: z.string(), retryAfterMs: z.number().optional() });
const answerSchema = z.object({
  ok: z.boolean().default(true),
  room: roomSchema.optional(),
  messages: z.array(messageSchema).default([]),
  message: messageSchema.optional(),
  error: errorSchema.optional(),
});
const refusalSchema = z.object({ data: errorSchema });
const closingSchema = z.object({ retryAfterMs: z.number().default(0) });
const createdSchema = z.object({ messages: z.array(messageSchema) });
const plainSchema = z.looseObject({ type: z.string(), id: z.union([z.string(), z.number()]).optional() });
const eventSchema = z.tuple([z.string(), z.unknown()]);

export type HeardMessage = z.infer<typeof messageSchema>;

export interface Answer {
  kind: 'answer';
  call: string;
  ok: boolean;
  /** why not */
  code: string;
  room: { revision: number } | undefined;
  messages: HeardMessage[];
}

/** What one frame says, as far as a load client listens. */
export type Heard =
  | { kind: 'opened' | 'connected' | 'ping' | 'other' }
  | { kind: 'refused'; code: string; retryAfterMs: number }
  | { kind: 'closing'; retryAfterMs: number }
  | { kind: 'created'; messages: HeardMessage[] }
  | Answer;

const OTHER: Heard = { kind: 'other' };

function answer(call: string, raw: unknown): Answer {
  const { ok, room, messages, message, error } = answerSchema.parse(raw);
  return { kind: 'answer', call, ok, code: error?.code ?? '', room, messages: message ? [message] : messages };
}

function fact(name: string, payload: unknown): Heard {
  if (name === 'messages:created') return { kind: 'created', ...createdSchema.parse(payload) };
  if (name === 'session:closing') return { kind: 'closing', ...closingSchema.parse(payload) };
  return OTHER;
}

function decodePlain(text: string): Heard {
  // Most of what is not a message is presence: not worth parsing for each of a room's members.
  if (text.startsWith('{"type":"presence"')) return OTHER;
  const frame = plainSchema.parse(JSON.parse(text));
  if (frame.type === 'room:joined') return answer('0', frame);
  if (frame.type === 'ack') return answer(String(frame.id), frame);
  return fact(frame.type, frame);
}

/** Engine.IO 4 and Socket.IO 5 packets, as far as a server sends them unasked or in answer to us. */
function decodeSocketIo(text: string): Heard {
  if (text === '2') return { kind: 'ping' };
  if (text.startsWith('0')) return { kind: 'opened' };
  if (text.startsWith('40')) return { kind: 'connected' };
  if (text.startsWith('44')) {
    const { data } = refusalSchema.parse(JSON.parse(text.slice(2)));
    return { kind: 'refused', code: data.code, retryAfterMs: data.retryAfterMs ?? 0 };
  }
  const [, call, json] = /^43(\d+)(\[.*)$/s.exec(text) ?? [];
  if (call !== undefined && json !== undefined) return answer(call, z.array(z.unknown()).parse(JSON.parse(json))[0]);
  if (!text.startsWith('42["') || text.startsWith('42["presence"')) return OTHER;
  const [name, payload] = eventSchema.parse(JSON.parse(text.slice(2)));
  return fact(name, payload);
}

/** The last facts that were decoded: each comes once for every member of its room. */
const recent = new Map<string, Heard>();
const RECENT = 256;

/**
 * Reads a frame of the server's.
 *
 * @throws z.ZodError, SyntaxError where the server breaks the contract
 */
export function decode(protocol: Protocol, text: string): Heard {
  const known = recent.get(text);
  if (known) return known;
  const heard = protocol === 'WebSocket' ? decodePlain(text) : decodeSocketIo(text);
  if (heard.kind === 'created') {
    recent.set(text, heard);
    const oldest = recent.keys().next();
    if (recent.size > RECENT && !oldest.done) recent.delete(oldest.value);
  }
  return heard;
}
