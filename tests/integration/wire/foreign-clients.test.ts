import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { createPerson } from '../../harness/people';
import { inWorld } from '../contract/world';

const run = promisify(execFile);
/** Debian's, which has Debian's packages; another one on the PATH has not. */
const PYTHON = '/usr/bin/python3';
const WSCAT = join(import.meta.dirname, '../../../node_modules/wscat/bin/wscat');
const LINES = ['first', 'второе', '3 < 4 & 😀'];

const hasPython = spawnSync(PYTHON, ['-c', 'import socketio, aiohttp']).status === 0;
if (!hasPython && process.env.CI)
  throw new Error('python3-socketio is missing: in continuous integration a client that is not ours must be tried');
if (!hasPython)
  console.warn('python3-socketio is not installed here. (Debian: apt-get install python3-socketio python3-aiohttp)');

const world = inWorld();

async function stored(roomId: number): Promise<string[]> {
  const { rows } = await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [
    roomId,
  ]);
  return rows.map(({ body }) => body);
}

describe('clients that others wrote', () => {
  it.runIf(hasPython)('python-socketio signs in, upgrades, joins, sends and hears', async () => {
    const anna = await createPerson();
    const room = await world.room(anna);
    const { stdout } = await run(PYTHON, [
      join(import.meta.dirname, 'converse.py'),
      world.url,
      anna.token,
      room.name,
      ...LINES,
    ]);
    const [conversation = '', refusal = ''] = stdout.trim().split('\n');
    expect(JSON.parse(conversation)).toEqual({
      transport: 'websocket',
      joined: true,
      sequence: [1, 2, 3],
      refused: 'unprocessable',
      heard: LINES,
    });
    expect(JSON.parse(refusal)).not.toBe('connected');
    expect(await stored(room.id)).toEqual(LINES);
  });

  it('wscat joins a room by its address, sends and hears', async () => {
    const anna = await createPerson();
    const room = await world.room(anna);
    const frames = LINES.flatMap((body, id) => ['-x', JSON.stringify({ type: 'message:send', id, body })]);
    const address = `${world.url.replace('http', 'ws')}/ws/chat/${encodeURIComponent(room.name)}`;
    const wscat = [WSCAT, '--no-color', '-c', address, '-s', 'bearer', '-s', anna.token, ...frames, '-w', '2'];
    const { stdout } = await run(process.execPath, wscat);
    const heard = stdout
      .split('\n')
      .flatMap((line) => /\{.*\}/.exec(line)?.[0] ?? [])
      .map((line) => JSON.parse(line) as { type: string; id?: number; messages?: { body: string }[] });
    expect(heard[0]?.type).toBe('room:joined');
    expect(heard.filter(({ type }) => type === 'ack').map(({ id }) => id)).toEqual([0, 1, 2]);
    const told = heard.filter(({ type }) => type === 'messages:created').flatMap(({ messages = [] }) => messages);
    expect(told.map(({ body }) => body)).toEqual(LINES);
    expect(await stored(room.id)).toEqual(LINES);
  });
});
