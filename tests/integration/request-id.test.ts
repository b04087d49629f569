import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { problemSchema } from '../harness/answers';
import { createPerson } from '../harness/people';
import { startServer, type RunningServer } from '../harness/server';
import { query } from '@/lib/queries';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(env: Record<string, string> = {}): Promise<RunningServer> {
  const server = await startServer({ env });
  undo.push(() => server.stop());
  return server;
}

const lineSchema = z.looseObject({ level: z.number(), msg: z.string(), requestId: z.string().optional() });

/** What a server has logged, line by line. */
const linesOf = (server: RunningServer) =>
  server
    .logs()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => lineSchema.parse(JSON.parse(line)));

const idOf = (answer: Response) => answer.headers.get('x-request-id') ?? '';

/** Breaks whatever reads rooms until the test ends: a defect, as far as the service can know. */
async function breakRooms(): Promise<void> {
  await query('ALTER TABLE memberships RENAME TO memberships_away', []);
  undo.push(() => query('ALTER TABLE memberships_away RENAME TO memberships', []));
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('the id of a request', () => {
  it('is new for each, whoever answers it, and none that a stranger gives', async () => {
    const server = await start();
    const paths = [
      '/api/v1/rooms',
      '/login',
      '/nowhere',
      '/_next/static/nothing.js',
      '/api/health/live',
      '/socket.io/',
    ];
    const answers = await Promise.all(
      paths.map((path) => fetch(server.url + path, { headers: { 'x-request-id': 'of-a-stranger' } })),
    );
    for (const answer of answers) expect([answer.url, idOf(answer)]).toEqual([answer.url, expect.stringMatching(UUID)]);
    expect(new Set(answers.map(idOf)).size).toBe(paths.length);
  });

  it('is the one that a proxy gives, where one is believed and it is sound', async () => {
    const server = await start({ TRUST_PROXY: '1' });
    const ask = async (id: string) =>
      idOf(await fetch(`${server.url}/api/health/live`, { headers: { 'x-request-id': id } }));
    expect(await ask('0123456789abcdef0123456789abcdef')).toBe('0123456789abcdef0123456789abcdef');
    for (const wrong of ['with space', '{"a":1}', 'x'.repeat(65)]) expect(await ask(wrong)).toMatch(UUID);
  });

  it('is in every line that is logged of its request, and of no other', async () => {
    const server = await start();
    const person = await createPerson();
    await breakRooms();
    const as = { authorization: `Bearer ${person.token}`, accept: 'application/json' };
    const answers = await Promise.all(
      [1, 2, 3].map(() => fetch(`${server.url}/api/v1/rooms/general`, { headers: as })),
    );
    for (const answer of answers) {
      expect(answer.status).toBe(503);
      // The contract's problem has no field for it.
      problemSchema.parse(await answer.json());
    }
    await vi.waitFor(() => {
      const failed = linesOf(server).filter(({ msg }) => msg === 'a request failed');
      expect(failed.map(({ requestId }) => requestId).sort()).toEqual(answers.map(idOf).sort());
    });
    expect(linesOf(server).find(({ msg }) => msg.startsWith('Beseda is ready'))).not.toHaveProperty('requestId');
  });

  it('is known to the process that makes pages', async () => {
    const server = await start({ LOG_LEVEL: 'debug' });
    const answer = await fetch(`${server.url}/api/auth/session`, {
      headers: { cookie: 'next-auth.session-token=not-a-token' },
    });
    await vi.waitFor(() =>
      expect(
        linesOf(server).filter(({ msg, requestId }) => msg === 'next-auth' && requestId === idOf(answer)),
      ).not.toEqual([]),
    );
  });
});

describe('a request in the log', () => {
  it('is one line at debug: its route, never its address, and nothing of what it carries', async () => {
    const server = await start({ LOG_LEVEL: 'debug' });
    const answer = await fetch(`${server.url}/invite/a-secret-token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        cookie: 'next-auth.session-token=a-secret-cookie',
        authorization: 'Bearer a-secret-bearer',
      },
      body: JSON.stringify({ body: 'a-secret-body', password: 'a-secret-password' }),
    });
    await vi.waitFor(() => expect(linesOf(server).map(({ msg }) => msg)).toContain('request'));
    expect(linesOf(server).filter(({ msg }) => msg === 'request')).toEqual([
      expect.objectContaining({
        level: 20,
        requestId: idOf(answer),
        method: 'POST',
        route: '/invite/:token',
        status: answer.status,
        milliseconds: expect.any(Number) as unknown,
      }),
    ]);
    expect(server.logs()).not.toContain('a-secret');
  });

  it('is none at info: the proxy in front has them', async () => {
    const server = await start();
    await fetch(`${server.url}/api/v1/rooms`);
    await server.stop();
    expect(linesOf(server).map(({ msg }) => msg)).not.toContain('request');
  });
});
