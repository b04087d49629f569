import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { createDatabase } from '../../tests/harness/database';
import { freePort } from '../../tests/harness/free-port';
import type { Protocol } from '../load/wire';
import type { Running, Size, Subject } from './subject';

const PEERS = join(import.meta.dirname, '../peers');
const addressSchema = z.object({ port: z.number() });

/**
 * Starts one of `bench/peers`.
 *
 * @param stores whether it gets a database of its own, on the server of `admin`
 */
export async function startPeer(
  file: string,
  stores: boolean,
  admin: string,
  { rooms, perRoom }: Size,
): Promise<Running> {
  const database = stores ? await createDatabase(admin) : undefined;
  const inspectorPort = await freePort();
  const child = fork(join(PEERS, file), [], {
    execArgv: ['--import', 'tsx', `--inspect-port=127.0.0.1:${inspectorPort}`],
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...(database && { DATABASE_URL: database.url }) },
  });
  const address = await new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) => reject(new Error(`The peer ${file} ended with ${code}`)));
  });
  return {
    pid: child.pid ?? 0,
    port: addressSchema.parse(address).port,
    inspectorPort,
    rooms: Array.from({ length: rooms }, (_, index) => ({
      name: `room-${index}`,
      tokens: Array.from({ length: perRoom }, () => ''),
    })),
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await database?.drop();
    },
  };
}

const peer = (name: string, file: string, protocol: Protocol, stores: boolean): Subject => ({
  name,
  protocol,
  hasPages: false,
  start: (admin, size) => startPeer(file, stores, admin, size),
});

/** Small servers of ours to compare with, see `bench/peers`. */
export const PEER_SUBJECTS = [
  peer('ws', 'ws.ts', 'WebSocket', false),
  peer('Socket.IO', 'socket-io.ts', 'Socket.IO', false),
  peer('Socket.IO + INSERT', 'socket-io-insert.ts', 'Socket.IO', true),
  peer('ws + group commit', 'ws-group-commit.ts', 'WebSocket', true),
] as const;
