import pg from 'pg';
import { Server } from 'socket.io';
import { JOIN_INPUT, messageOf, SEND_INPUT, serve } from './peer';

/*
 * What most people write: Socket.IO, and one INSERT for each message, on node-postgres' pool as it comes.
 */

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL });
await pool.query('CREATE TABLE messages (id serial PRIMARY KEY, room text NOT NULL, body text NOT NULL)');

async function store(room: string, body: string): Promise<number> {
  const text = 'INSERT INTO messages (room, body) VALUES ($1, $2) RETURNING id';
  const { rows } = await pool.query<{ id: number }>(text, [room, body]);
  return rows[0]?.id ?? 0;
}

await serve((server) => {
  const io = new Server(server, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.on('room:join', async (input: unknown, acknowledge: (answer: object) => void) => {
      await socket.join(JOIN_INPUT.parse(input).room);
      acknowledge({ ok: true });
    });
    socket.on('message:send', async (input: unknown, acknowledge: (answer: object) => void) => {
      const { room, ...draft } = SEND_INPUT.parse(input);
      const message = messageOf(await store(room, draft.body), draft);
      io.to(room).emit('messages:created', { messages: [message] });
      acknowledge({ ok: true, message });
    });
  });
});
