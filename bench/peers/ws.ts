import { WebSocketServer, type WebSocket } from 'ws';
import { rawText } from '../../tests/harness/raw-text';
import { JOINED, messageOf, PLAIN_SEND, roomOf, serve } from './peer';

/*
 * Bare `ws`: whatever is said goes to everyone in the room. Nothing is stored.
 */

const rooms = new Map<string, { members: Set<WebSocket>; seq: number }>();

function attend(socket: WebSocket, name: string): void {
  const room = rooms.get(name) ?? { members: new Set(), seq: 0 };
  rooms.set(name, room);
  room.members.add(socket);
  socket.on('close', () => room.members.delete(socket));
  socket.on('message', (data) => {
    const { id, ...draft } = PLAIN_SEND.parse(JSON.parse(rawText(data)));
    const message = messageOf(++room.seq, draft);
    const fact = Buffer.from(JSON.stringify({ type: 'messages:created', messages: [message] }));
    for (const member of room.members) member.send(fact, { binary: false });
    socket.send(JSON.stringify({ type: 'ack', id, ok: true, message }));
  });
  socket.send(JOINED);
}

await serve((server) => {
  const sockets = new WebSocketServer({ server, clientTracking: false });
  sockets.on('connection', (socket, { url }) => attend(socket, roomOf(url)));
});
