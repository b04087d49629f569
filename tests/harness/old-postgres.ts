import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A message of the protocol (PostgreSQL manual, "Message Formats"): its type, its length with the length itself, and what it says. */
function message(type: string, ...parts: Buffer[]): Buffer {
  const head = Buffer.alloc(5, type);
  const body = Buffer.concat(parts);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
const int32 = (value: number) => Buffer.from([value >> 24, value >> 16, value >> 8, value].map((part) => part & 255));

const READY = message('Z', Buffer.from('I'));
const WELCOME = Buffer.concat([message('R', int32(0)), READY]);

/** One row of one column of type text. */
function row(value: string): Buffer {
  const column = Buffer.concat([
    Buffer.from('version\0'),
    int32(0),
    int16(0),
    int32(25),
    int16(-1),
    int32(-1),
    int16(0),
  ]);
  const cell = Buffer.concat([int32(value.length), Buffer.from(value)]);
  return Buffer.concat([
    message('T', int16(1), column),
    message('D', int16(1), cell),
    message('C', Buffer.from('SELECT 1\0')),
    READY,
  ]);
}

/** Lets anybody in, and says to every question that it is PostgreSQL 13. */
export async function startOldPostgres(): Promise<{ port: number; stop(): void }> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(WELCOME);
      socket.on('data', (data: Buffer) => {
        if (data.toString('latin1', 0, 1) === 'Q') socket.write(row('130022'));
      });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}
