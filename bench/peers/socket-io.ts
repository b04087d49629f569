import { Server } from 'socket.io';
import { JOIN_INPUT, messageOf, SEND_INPUT, serve } from './peer';

/*
 * Bare Socket.IO: whatever is said goes to everyone in the room. Nothing is stored.
 */

const seqs = new Map<string, number>();

await serve((server) => {
  const io = new Server(server, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.on('room:join', async (input: unknown, acknowledge: (answer: object) => void) => {
      await socket.join(JOIN_INPUT.parse(input).room);
      acknowledge({ ok: true });
    });
    socket.on('message:send', (input: unknown, acknowledge: (answer: object) => void) => {
      const { room, ...draft } = SEND_INPUT.parse(input);
      const seq = (seqs.get(room) ?? 0) + 1;
      seqs.set(room, seq);
      const message = messageOf(seq, draft);
      io.to(room).emit('messages:created', { messages: [message] });
      acknowledge({ ok: true, message });
    });
  });
});
