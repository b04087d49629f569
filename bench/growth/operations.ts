import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { z } from 'zod';
import { ROOM } from './world';

/** The user of a service, with the one connection of each kind that they have. */
export interface Visitor {
  url: string;
  token: string;
  socket: Socket;
  /** messages in the room when it was filled */
  messages: number;
}

/** Something that people do. */
export interface Operation {
  name: string;
  /** whether it is to cost the same however large everything is */
  bounded: boolean;
  /** what has to be so first, and is not measured */
  prepare?: (visitor: Visitor) => Promise<unknown>;
  run: (visitor: Visitor) => Promise<void>;
}

const PAGE = 50;
const pageSchema = z.object({ messages: z.array(z.unknown()).length(PAGE) });

async function call({ socket }: Visitor, name: string, input: object): Promise<unknown> {
  const answer: unknown = await socket.timeout(30_000).emitWithAck(name, input);
  if (!z.object({ ok: z.literal(true) }).safeParse(answer).success)
    throw new Error(`${name} was refused: ${JSON.stringify(answer).slice(0, 300)}`);
  return answer;
}

interface Asked {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

async function fetchText({ url, token }: Visitor, path: string, init: Asked = {}): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...init.headers };
  const response = await fetch(url + path, { ...init, headers });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

/** A page of history from some place of it. */
function paging(name: string, cursor: (messages: number) => object): Operation {
  return {
    name,
    bounded: true,
    run: async (visitor) => {
      pageSchema.parse(await call(visitor, 'message:list', { room: ROOM, ...cursor(visitor.messages) }));
    },
  };
}

const half = (messages: number) => Math.floor(messages / 2);
const body = 'measured '.repeat(11);

/** What is done at every size, in this order. */
export const OPERATIONS: readonly Operation[] = [
  {
    name: 'open: room:join',
    bounded: true,
    prepare: (visitor) => call(visitor, 'room:leave', { room: ROOM }),
    run: async (visitor) => void pageSchema.parse(await call(visitor, 'room:join', { room: ROOM })),
  },
  {
    name: 'open: room:join since a moment ago',
    bounded: true,
    prepare: (visitor) => call(visitor, 'room:leave', { room: ROOM }),
    run: async (visitor) => void (await call(visitor, 'room:join', { room: ROOM, since: visitor.messages - 5 })),
  },
  {
    name: 'open: GET /chat/room, JSON',
    bounded: true,
    run: async (visitor) => {
      const text = await fetchText(visitor, `/chat/${ROOM}`, { headers: { accept: 'application/json' } });
      pageSchema.parse(JSON.parse(text));
    },
  },
  {
    name: 'open: GET /chat/room, page',
    bounded: true,
    run: async (visitor) => {
      const headers = { accept: 'text/html', cookie: `next-auth.session-token=${visitor.token}` };
      const page = await fetchText(visitor, `/chat/${ROOM}`, { headers });
      if (!page.includes('</html>')) throw new Error('A page broke off');
    },
  },
  paging('page: latest', () => ({})),
  paging('page: before, middle', (messages) => ({ before: half(messages) })),
  paging('page: before, beginning', () => ({ before: PAGE + 1 })),
  paging('page: after, middle', (messages) => ({ after: half(messages) })),
  paging('page: after, end', (messages) => ({ after: messages - PAGE })),
  paging('page: around, middle', (messages) => ({ around: half(messages) })),
  paging('page: around, end', (messages) => ({ around: messages - PAGE })),
  paging('page: since, beginning', () => ({ since: 0, limit: PAGE })),
  paging('page: since, middle', (messages) => ({ since: half(messages), limit: PAGE })),
  {
    name: 'unread list: room:list',
    bounded: true,
    run: async (visitor) => void (await call(visitor, 'room:list', {})),
  },
  {
    name: 'unread list: GET /api/v1/rooms',
    bounded: true,
    run: async (visitor) => void JSON.parse(await fetchText(visitor, '/api/v1/rooms')),
  },
  {
    name: 'unread: room:read',
    bounded: true,
    run: async (visitor) => void (await call(visitor, 'room:read', { room: ROOM, seq: visitor.messages })),
  },
  {
    name: 'post: message:send',
    bounded: true,
    run: async (visitor) =>
      void (await call(visitor, 'message:send', { room: ROOM, body, clientMessageId: randomUUID() })),
  },
  {
    name: 'post: POST /api/v1/…/messages',
    bounded: true,
    run: async (visitor) => {
      const init = { method: 'POST', body: JSON.stringify({ body, clientMessageId: randomUUID() }) };
      await fetchText(visitor, `/api/v1/rooms/${ROOM}/messages`, init);
    },
  },
  {
    name: 'search: a room’s name',
    bounded: false,
    run: async (visitor) => void (await call(visitor, 'room:search', { q: ROOM })),
  },
  {
    name: 'search: a common word',
    bounded: false,
    run: async (visitor) => void (await call(visitor, 'room:search', { q: 'garden' })),
  },
  {
    name: 'member:list',
    bounded: false,
    run: async (visitor) => void (await call(visitor, 'member:list', { room: ROOM })),
  },
];
