import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { sessionCookieName } from '@/lib/auth/cookies';
import { LIMITS } from '@/lib/contracts/limits';
import type { Asked } from './http-client';
import { MESSAGES, OWN_ROOMS, textOf, type World } from './world';

/** What is asked for again and again. */
export interface Endpoint {
  name: string;
  /** the next request, of the next room where it is about one */
  next: () => Asked;
}

/** Bytes of a message that is written. */
const BYTES = 100;

const roomsSchema = z.object({ rooms: z.array(z.object({ name: z.string() })) });
const writtenSchema = z.object({ message: z.object({ body: z.string(), seq: z.number() }) });

function parse<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Something else each time, in turn. */
function inTurn(items: readonly string[]): () => string {
  let turn = 0;
  return () => items[turn++ % items.length] ?? '';
}

/** The answer of a bare `http` server. */
export const BARE: Endpoint = {
  name: 'bare http',
  next: () => ({
    method: 'GET',
    path: '/',
    headers: {},
    isRight: (status, text) => status === 200 && text === 'an answer',
  }),
};

/** What is measured of the service; what writes comes last, because a page then has other messages. */
export function endpointsOf({ tokens, rooms }: World): Endpoint[] {
  const nextRoom = inTurn(rooms);
  const nextToken = inTurn(tokens);
  const program = () => ({ authorization: `Bearer ${nextToken()}`, accept: 'application/json' });
  const browser = () => ({ cookie: `${sessionCookieName(false)}=${nextToken()}`, accept: 'text/html' });
  const searched = inTurn(['crowd', 'crowd-1', 'rowd-21', 'crwd']);
  return [
    {
      name: 'room page',
      next: () => {
        const room = nextRoom();
        const isWhole = (text: string): boolean =>
          text.includes(textOf(room, MESSAGES)) &&
          text.includes(textOf(room, MESSAGES - LIMITS.page.default + 1)) &&
          text.includes('</html>');
        const isRight = (status: number, text: string) => status === 200 && isWhole(text);
        return { method: 'GET', path: `/chat/${room}`, headers: browser(), isRight };
      },
    },
    {
      name: 'room list',
      next: () => ({
        method: 'GET',
        path: '/api/v1/rooms',
        headers: program(),
        isRight: (status, text) => status === 200 && parse(roomsSchema, text)?.rooms.length === OWN_ROOMS,
      }),
    },
    {
      name: 'search',
      next: () => ({
        method: 'GET',
        path: `/user/search/results?q=${searched()}`,
        headers: program(),
        isRight: (status, text) => status === 200 && (parse(roomsSchema, text)?.rooms.length ?? 0) > 0,
      }),
    },
    {
      name: 'message post',
      next: () => {
        const body = 'x'.repeat(BYTES);
        return {
          method: 'POST',
          path: `/api/v1/rooms/${nextRoom()}/messages`,
          headers: { ...program(), 'content-type': 'application/json' },
          body: JSON.stringify({ body, clientMessageId: randomUUID() }),
          isRight: (status, text) => status === 201 && parse(writtenSchema, text)?.message.body === body,
        };
      },
    },
  ];
}
