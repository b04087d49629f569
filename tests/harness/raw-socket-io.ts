import { WebSocket } from 'ws';
import { rawText } from './raw-text';

/** Socket.IO spoken by hand over one WebSocket, for tests that do to it what no library would. */
export interface RawSocketIo {
  socket: WebSocket;
  /** what came, packet by packet as Engine.IO has them */
  packets: string[];
  /** sends a command; its acknowledgement begins with `43` and the number */
  call: (id: number, name: string, payload: object) => void;
}

/** Connects and signs in. */
export async function openRawSocketIo(url: string, token: string): Promise<RawSocketIo> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.on('error', () => undefined);
  const packets: string[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.once('close', () => reject(new Error(`Closed before it was connected: ${packets.join('\n')}`)));
    socket.on('message', (data) => {
      const text = rawText(data);
      packets.push(text);
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      if (text === '2') socket.send('3');
      if (text.startsWith('40')) resolve();
    });
  });
  return {
    socket,
    packets,
    call: (id, name, payload) => socket.send(`42${id}${JSON.stringify([name, payload])}`),
  };
}
