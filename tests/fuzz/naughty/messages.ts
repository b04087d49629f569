import { z } from 'zod';
import { bodySchema, uuidSchema } from '@/lib/contracts/values';
import { found, probe, rule, type Field } from './field';
import type { Outcome } from './outcome';
import { call, sendForm, sendJson, type Speaker } from './speaker';

const enc = encodeURIComponent;
const placeSchema = z.object({ message: z.object({ seq: z.int() }) });

/** The message of an answer, as the room's history tells it again. */
async function messageAgain(speaker: Speaker, { answer }: Outcome): Promise<unknown[]> {
  const { seq } = placeSchema.parse(answer).message;
  const { json } = await speaker.rest(`/api/v1/rooms/arena/messages?around=${seq}&limit=1`);
  return [found(json, 'messages', 0, 'body')];
}

const ofMessage = { value: ['message', 'body'], read: messageAgain };

/** @returns the `seq` of a new message of one's own, to be edited */
async function ownMessage(speaker: Speaker): Promise<number> {
  const { message } = await speaker.socketIo.call('message:send', { room: 'arena', body: 'to be edited' });
  return message?.seq ?? 0;
}

/** Messages, and how they are named. */
export const MESSAGE_FIELDS: readonly Field[] = [
  rule(
    'POST messages body',
    bodySchema,
    (s, text) => sendJson(s, '/api/v1/rooms/arena/messages', { body: text }),
    ofMessage,
  ),
  rule('POST /chat body', bodySchema, (s, text) => sendJson(s, '/chat/arena', { body: text }), ofMessage),
  rule('form /chat body', bodySchema, (s, text) => sendForm(s, '/chat/arena', { body: text })),
  rule('message:send body', bodySchema, (s, text) => call(s, 'message:send', { room: 'arena', body: text }), ofMessage),
  rule('WebSocket message:send body', bodySchema, (s, text) => s.say('message:send', { body: text }), ofMessage),
  rule(
    'PATCH messages body',
    bodySchema,
    async (s, text) => sendJson(s, `/api/v1/rooms/arena/messages/${await ownMessage(s)}`, { body: text }, 'PATCH'),
    ofMessage,
  ),
  rule(
    'message:edit body',
    bodySchema,
    async (s, text) => call(s, 'message:edit', { room: 'arena', seq: await ownMessage(s), body: text }),
    ofMessage,
  ),
  rule(
    'WebSocket message:edit body',
    bodySchema,
    async (s, text) => s.say('message:edit', { seq: await ownMessage(s), body: text }),
    ofMessage,
  ),
  probe('PATCH messages seq', (s, text) =>
    sendJson(s, `/api/v1/rooms/arena/messages/${enc(text)}`, { body: 'hi' }, 'PATCH'),
  ),

  rule('POST messages clientMessageId', uuidSchema, (s, text) =>
    sendJson(s, '/api/v1/rooms/arena/messages', { body: 'hi', clientMessageId: text }),
  ),
  rule('message:send clientMessageId', uuidSchema, (s, text) =>
    call(s, 'message:send', { room: 'arena', body: 'hi', clientMessageId: text }),
  ),
  rule('WebSocket message:send clientMessageId', uuidSchema, (s, text) =>
    s.say('message:send', { body: 'hi', clientMessageId: text }),
  ),
  probe('form /chat clientMessageId', (s, text) => sendForm(s, '/chat/arena', { body: 'hi', clientMessageId: text })),
  probe('WebSocket type', (s, text) => s.say(text, { body: 'hi' })),
  probe('command name', (s, text) => call(s, `x${text}`, {})),
];
