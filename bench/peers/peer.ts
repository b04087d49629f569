import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { z } from 'zod';

/*
 * What the peers have in common. They speak as much of docs/protocol.md as is measured: messages with all
 * fields of the contract, so that the same bytes leave; but nobody signs in, and nobody is refused.
 */

/** A message as a plain WebSocket sends it. */
export const PLAIN_SEND = z.object({ id: z.number(), body: z.string(), clientMessageId: z.string() });

/** The first frame of a plain WebSocket. */
export const JOINED = JSON.stringify({ type: 'room:joined', room: {}, messages: [], hasMore: false });

/** What a Socket.IO client gives the commands that a peer knows. */
export const JOIN_INPUT = z.object({ room: z.string() });
export const SEND_INPUT = z.object({ room: z.string(), body: z.string(), clientMessageId: z.string() });

const AUTHOR = { id: 1_000, username: 'member-1000' };

/** A message as it is told. */
export function messageOf(seq: number, { body, clientMessageId }: { body: string; clientMessageId: string }) {
  const createdAt = new Date().toISOString();
  const never = { editedAt: null, deletedAt: null };
  return { roomId: 1, seq, revision: seq, author: AUTHOR, body, clientMessageId, createdAt, ...never };
}

/** The room that the path of an upgrade names. */
export function roomOf(path: string | undefined): string {
  return path?.split('/').at(-1) ?? '';
}

/**
 * Listens on a free loopback port, and tells it to the parent. The process ends when its parent does.
 *
 * @param attach is given the server before it listens
 * @param answer what it says to requests
 */
export async function serve(
  attach: (server: Server) => void,
  answer: RequestListener = (_request, response) => response.writeHead(404).end(),
): Promise<void> {
  const server = createServer(answer);
  attach(server);
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  process.on('disconnect', () => process.exit(0));
  process.send?.(server.address());
}
