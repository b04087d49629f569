import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_SCHEMAS } from '@/lib/contracts/commands';
import { loadEnv, setEnv } from '@/lib/env';
import { routes } from '@/lib/http/front';
import { TRANSPORTS } from '../../harness/clients';
import { Refused } from '../../harness/plain-client';
import { TEST_SETTINGS } from '../../harness/settings';
import { inWorld, request } from '../contract/world';
import { declared, ofAnswer, ofStatus } from './outcome';
import { makeStage, STANDINGS, VISIBILITIES, type Stage, type Standing, type Visibility } from './stage';
import { COMMANDS, IN_ROOM, ROUTES, SEE, type CommandRow, type RouteRow } from './table';

const world = inWorld();
let cells = 0;
// With a mail server, though none that listens: without one, asking for a link is refused to everybody.
beforeAll(() => setEnv(loadEnv({ ...TEST_SETTINGS, SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'house@example.org' })));
afterAll(() => process.stdout.write(`Authorisation: ${cells} cells of commands and routes compared\n`));

/** Socket.IO's own word for who may not connect. */
function refusal(error: unknown): string {
  if (error instanceof Refused) return String(error.status);
  const code = error instanceof Error && 'data' in error ? (error.data as { code?: unknown }).code : undefined;
  if (code === 'unauthenticated') return '401';
  throw error;
}

async function bySocket(transport: 'Socket.IO' | 'plain WebSocket', name: string, stage: Stage, row: CommandRow) {
  try {
    const client = await TRANSPORTS[transport](world.url, stage.actor?.token ?? '');
    try {
      return ofAnswer(await client.call(name, row.input(stage)));
    } finally {
      await client.close();
    }
  } catch (error) {
    return refusal(error);
  }
}

async function byHttp(route: string, stage: Stage, row: RouteRow): Promise<string> {
  const [method = '', path = ''] = route.split(' ');
  const params: Record<string, string> = { room: stage.room, seq: String(stage.seq), ...row.params?.(stage) };
  const address = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? `no-${name}`));
  const response = await request(world, address + (row.query ?? ''), {
    method,
    as: stage.actor,
    headers: { accept: 'application/json' },
    ...(row.json && { json: row.json(stage) }),
  });
  await response.arrayBuffer();
  return ofStatus(response.status);
}

/** Every cell of a row: what came of it, beside what was declared. */
async function compare(row: CommandRow | RouteRow, attempt: (stage: Stage) => Promise<string>) {
  const seen: Record<string, string> = {};
  const wanted: Record<string, string> = {};
  const cell = async (visibility: Visibility, standing: Standing) => {
    const key = `${visibility} room, ${standing}`;
    wanted[key] = declared(row, visibility, standing);
    seen[key] = await attempt(await makeStage(standing, visibility));
    cells++;
  };
  for (const visibility of VISIBILITIES) await Promise.all(STANDINGS.map((standing) => cell(visibility, standing)));
  expect(seen).toEqual(wanted);
}

/** Commands that a plain WebSocket takes: those about the room that its path names. */
const PLAIN = ['message:send', 'message:edit', 'message:delete', 'message:list', 'room:read', 'member:list', 'typing'];

describe('commands', () => {
  it('are all in the table', () => {
    expect(Object.keys(COMMANDS).sort()).toEqual([...Object.keys(COMMAND_SCHEMAS), 'room:leave', 'typing'].sort());
  });

  it.each(Object.entries(COMMANDS))('%s over Socket.IO', (name, row) =>
    compare(row, (stage) => bySocket('Socket.IO', name, stage, row)),
  );

  it.each(PLAIN.map((name) => [name, COMMANDS[name as keyof typeof COMMANDS]] as const))(
    '%s over plain WebSocket',
    // Who may not read a room has no connection to it, whatever else they may.
    (name, row) =>
      compare({ ...row, ...(row.public === SEE.public && IN_ROOM) }, (stage) =>
        bySocket('plain WebSocket', name, stage, row),
      ),
  );
});

describe('routes', () => {
  it('are all in the table', () => {
    expect(Object.keys(ROUTES).sort()).toEqual(routes().sort());
  });

  it.each(Object.entries(ROUTES))('%s', (route, row) => compare(row, (stage) => byHttp(route, stage, row)));
});
