import { randomUUID } from 'node:crypto';
import { querySchema, roomNameSchema, topicSchema } from '@/lib/contracts/values';
import { found, probe, rule, type Field } from './field';
import type { Outcome } from './outcome';
import { call, said, sendForm, sendJson, type Speaker } from './speaker';

const enc = encodeURIComponent;
const html = 'text/html';
const fresh = () => randomUUID().slice(0, 13);

/** The room of this name, as its address, the search and a socket tell of it. */
async function roomCalled(speaker: Speaker, _: Outcome, name: string): Promise<unknown[]> {
  const { json } = await speaker.rest(`/api/v1/rooms/${enc(name)}`);
  const search = await speaker.rest(`/user/search/results?q=${enc(name)}&limit=1`);
  const live = await speaker.socketIo.call('room:get', { room: name });
  return [found(json, 'room', 'name'), found(search.json, 'rooms', 0, 'name'), live.room?.name];
}

/** Rooms: their names, topics and addresses, their members, and how they are found. */
export const ROOM_FIELDS: readonly Field[] = [
  rule('POST /api/v1/rooms name', roomNameSchema, (s, text) => sendJson(s, '/api/v1/rooms', { name: text }), {
    value: ['room', 'name'],
    read: roomCalled,
    taken: true,
  }),
  rule('POST /user/rooms name', roomNameSchema, (s, text) => sendJson(s, '/user/rooms', { name: text }), {
    value: ['room', 'name'],
    read: roomCalled,
    taken: true,
  }),
  rule('form /user/rooms name', roomNameSchema, (s, text) => sendForm(s, '/user/rooms', { name: text }), {
    read: roomCalled,
    taken: true,
  }),
  rule('room:create name', roomNameSchema, (s, text) => call(s, 'room:create', { name: text }), {
    value: ['room', 'name'],
    read: roomCalled,
    taken: true,
  }),
  rule(
    'POST /api/v1/rooms topic',
    topicSchema,
    (s, text) => sendJson(s, '/api/v1/rooms', { name: fresh(), topic: text }),
    { value: ['room', 'topic'] },
  ),
  rule('form /user/rooms topic', topicSchema, (s, text) => sendForm(s, '/user/rooms', { name: fresh(), topic: text })),
  rule('room:create topic', topicSchema, (s, text) => call(s, 'room:create', { name: fresh(), topic: text }), {
    value: ['room', 'topic'],
  }),
  rule(
    'PATCH /api/v1/rooms topic',
    topicSchema,
    (s, text) => sendJson(s, `/api/v1/rooms/${s.own}`, { topic: text }, 'PATCH'),
    {
      value: ['room', 'topic'],
      read: async (s) => [found((await s.rest(`/api/v1/rooms/${s.own}`)).json, 'room', 'topic')],
    },
  ),
  rule('room:update topic', topicSchema, (s, text) => call(s, 'room:update', { room: s.own, topic: text }), {
    value: ['room', 'topic'],
    read: async (s) => [(await s.socketIo.call('room:get', { room: s.own })).room?.topic],
  }),
  probe('PATCH /api/v1/rooms owner', (s, text) => sendJson(s, `/api/v1/rooms/${s.own}`, { owner: text }, 'PATCH')),
  probe('room:update owner', (s, text) => call(s, 'room:update', { room: s.own, owner: text })),

  probe('GET /api/v1/rooms address', (s, text) => said(s.rest(`/api/v1/rooms/${enc(text)}`))),
  probe('GET /api/v1/rooms/…/messages address', (s, text) => said(s.rest(`/api/v1/rooms/${enc(text)}/messages`))),
  probe('POST /api/v1/rooms/…/messages address', (s, text) =>
    sendJson(s, `/api/v1/rooms/${enc(text)}/messages`, { body: 'hi' }),
  ),
  probe('PUT /api/v1/rooms/…/read address', (s, text) =>
    sendJson(s, `/api/v1/rooms/${enc(text)}/read`, { seq: 0 }, 'PUT'),
  ),
  probe('GET /chat address', (s, text) => said(s.rest(`/chat/${enc(text)}`))),
  probe('page /chat address', (s, text) => said(s.rest(`/chat/${enc(text)}`, { accept: html }))),
  probe('form /chat address', (s, text) => sendForm(s, `/chat/${enc(text)}`, { body: 'hi' })),
  probe('page /user/rooms/delete address', (s, text) =>
    said(s.rest(`/user/rooms/delete/${enc(text)}`, { accept: html })),
  ),
  probe('room:get address', (s, text) => call(s, 'room:get', { room: text })),
  probe('room:join address', (s, text) => call(s, 'room:join', { room: text })),
  probe('room:leave address', (s, text) => call(s, 'room:leave', { room: text })),
  probe('typing address', (s, text) => call(s, 'typing', { room: text, typing: true })),
  probe('message:send address', (s, text) => call(s, 'message:send', { room: text, body: 'hi' })),
  probe('WebSocket address', (s, text) => s.upgrade(`/ws/chat/${enc(text)}`)),
  probe('WebSocket since', (s, text) => s.upgrade(`/ws/chat/arena?since=${enc(text)}`)),

  rule('GET search q', querySchema, (s, text) => said(s.rest(`/user/search/results?q=${enc(text)}`))),
  probe('page search q', (s, text) => said(s.rest(`/user/search/results?q=${enc(text)}`, { accept: html }))),
  rule('room:search q', querySchema, (s, text) => call(s, 'room:search', { q: text })),
  probe('GET search cursor', (s, text) => said(s.rest(`/user/search/results?cursor=${enc(text)}`))),
  probe('room:search cursor', (s, text) => call(s, 'room:search', { cursor: text })),
  probe('room:search cursor inside', (s, text) =>
    call(s, 'room:search', { cursor: Buffer.from(JSON.stringify([1, 0.5, text])).toString('base64url') }),
  ),
  probe('GET messages before', (s, text) => said(s.rest(`/api/v1/rooms/arena/messages?before=${enc(text)}`))),

  probe('PUT members', (s, text) => sendJson(s, `/api/v1/rooms/${s.own}/members/${enc(text)}`, {}, 'PUT')),
  probe('DELETE members', (s, text) =>
    said(s.rest(`/api/v1/rooms/${s.own}/members/${enc(text)}`, { method: 'DELETE' })),
  ),
  probe('member:add', (s, text) => call(s, 'member:add', { room: s.own, username: text })),
  probe('member:remove', (s, text) => call(s, 'member:remove', { room: s.own, username: text })),
];
