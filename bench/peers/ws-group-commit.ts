import type { Duplex } from 'node:stream';
import pg from 'pg';
import { WebSocketServer, type WebSocket } from 'ws';
import { rawText } from '../../tests/harness/raw-text';
import { JOINED, messageOf, PLAIN_SEND, roomOf, serve } from './peer';

/*
 * What batching alone wins: `ws`, and messages that arrive while a commit is in flight go together in the next. What one commit brought
 * to a room leaves in one frame, made once, with one write for each member. Nobody signs in and no message is ever a retry.
 */

/** Messages in one commit at most. */
const BATCH = 1_000;

interface Room {
  name: string;
  members: Set<Duplex>;
  seq: number;
}

interface Pending {
  room: Room;
  sender: WebSocket;
  id: number;
  body: string;
  clientMessageId: string;
  seq: number;
}

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
await client.query(
  'CREATE TABLE messages (room text NOT NULL, seq int NOT NULL, body text NOT NULL, PRIMARY KEY (room, seq))',
);

const rooms = new Map<string, Room>();
let queue: Pending[] = [];
let committing = false;

/** A text frame as a server sends it (RFC 6455, 5.2). */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text);
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x81;
  header[1] = length < 126 ? length : length < 65_536 ? 126 : 127;
  if (header.length === 4) header.writeUInt16BE(length, 2);
  if (header.length === 10) header.writeUInt32BE(length, 6);
  return Buffer.concat([header, payload]);
}

async function store(batch: readonly Pending[]): Promise<void> {
  for (const pending of batch) pending.seq = ++pending.room.seq;
  await client.query({
    name: 'store',
    text: 'INSERT INTO messages SELECT * FROM unnest($1::text[], $2::int[], $3::text[])',
    values: [batch.map(({ room }) => room.name), batch.map(({ seq }) => seq), batch.map(({ body }) => body)],
  });
}

function tell(batch: readonly Pending[]): void {
  const byRoom = new Map<Room, object[]>();
  for (const { room, sender, id, seq, ...draft } of batch) {
    const message = messageOf(seq, draft);
    const messages = byRoom.get(room);
    if (messages) messages.push(message);
    else byRoom.set(room, [message]);
    sender.send(JSON.stringify({ type: 'ack', id, ok: true, message }));
  }
  for (const [{ members }, messages] of byRoom) {
    const frame = frameOf(JSON.stringify({ type: 'messages:created', messages }));
    for (const member of members) member.write(frame);
  }
}

async function commit(): Promise<void> {
  if (committing) return;
  committing = true;
  while (queue.length > 0) {
    const batch = queue.slice(0, BATCH);
    queue = queue.slice(BATCH);
    await store(batch);
    tell(batch);
  }
  committing = false;
}

await serve((server) => {
  const sockets = new WebSocketServer({ server, clientTracking: false });
  sockets.on('connection', (sender, request) => {
    const name = roomOf(request.url);
    const room = rooms.get(name) ?? { name, members: new Set(), seq: 0 };
    rooms.set(name, room);
    room.members.add(request.socket);
    sender.on('close', () => room.members.delete(request.socket));
    sender.on('message', (data) => {
      queue.push({ room, sender, seq: 0, ...PLAIN_SEND.parse(JSON.parse(rawText(data))) });
      void commit();
    });
    sender.send(JOINED);
  });
});
