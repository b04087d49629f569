import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { dirname } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { awaitClosings, noteClosing } from '@/lib/chat/closings';
import { dispatch } from '@/lib/chat/commands';
import { query } from '@/lib/queries';
import { resolveToken } from '@/lib/auth/sessions';
import { createRoom, createUser } from '../factories';
import { lockTable } from '../harness/lock';
import { createPerson, type Person } from '../harness/people';
import { childrenOf } from '../harness/processes';
import { startServer, type RunningServer } from '../harness/server';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function start(env = {}): Promise<RunningServer> {
  const server = await startServer({ env });
  undo.push(() => (server.isOver() ? Promise.resolve() : server.stop()));
  return server;
}

/** The process that makes the pages of a server, and the folder where it listens. */
async function rendererOf({ pid }: RunningServer): Promise<{ pid: number; folder: string }> {
  for (const child of await childrenOf(pid)) {
    const words = (await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const entry = words.findIndex((word) => word.endsWith('renderer.mjs'));
    if (entry > 0) return { pid: child, folder: dirname(words[entry + 1] ?? '') };
  }
  throw new Error('Nobody makes pages');
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const askFor = ({ url }: RunningServer, { cookie }: Person, path = '/user'): Promise<Response> =>
  fetch(url + path, { headers: { cookie, accept: 'text/html' } });

/** Waits until something stands still that reads what is locked. */
function held(): Promise<void> {
  const waiting = () =>
    query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()", []);
  return expect.poll(waiting).not.toEqual([]);
}

async function personInRoom(): Promise<{ person: Person; path: string }> {
  const person = await createPerson();
  const { name } = await createRoom({ owner: person });
  return { person, path: `/chat/${name}` };
}

it.runIf(process.platform === 'linux')('pages go on when the process that makes them was killed', async () => {
  const server = await start();
  const { person, path } = await personInRoom();
  const release = await lockTable('messages');
  const first = askFor(server, person, path);
  await held();
  const before = await rendererOf(server);
  expect(getPriority(before.pid)).toBeGreaterThan(getPriority(server.pid));
  process.kill(before.pid, 'SIGKILL');
  await release();
  // One that was under way is made again, and one that comes meanwhile waits.
  const answers = await Promise.all([first, askFor(server, person, path)]);
  for (const answer of answers) {
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('</html>');
  }
  expect((await rendererOf(server)).pid).not.toBe(before.pid);
  expect(server.logs()).toMatch(/The process that makes pages has ended: it is started again/);
});

it.runIf(process.platform === 'linux')('what changes something is not done twice, but refused', async () => {
  const server = await start();
  const stranger = await createUser();
  const release = await lockTable('users');
  const token = await fetch(`${server.url}/api/auth/csrf`);
  const { csrfToken } = (await token.json()) as { csrfToken: string };
  const answer = fetch(`${server.url}/api/auth/callback/credentials`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      origin: server.url,
      cookie: token.headers
        .getSetCookie()
        .map((one) => one.split(';')[0])
        .join('; '),
    },
    body: new URLSearchParams({ csrfToken, email: stranger.email, password: 'a wrong one' }),
  });
  await held();
  process.kill((await rendererOf(server)).pid, 'SIGKILL');
  const { status, headers } = await answer;
  await release();
  expect(status).toBe(503);
  expect(headers.get('retry-after')).toBe('1');
});

it.runIf(process.platform === 'linux')('nobody else on the machine may ask for pages past the front door', async () => {
  const { folder } = await rendererOf(await start());
  expect(statSync(folder).mode & 0o777).toBe(0o700);
});

it.runIf(process.platform === 'linux')('nothing of it outlives a service that was killed', async () => {
  const server = await start();
  const { pid, folder } = await rendererOf(server);
  expect(existsSync(folder)).toBe(true);
  process.kill(server.pid, 'SIGKILL');
  await expect.poll(() => isThere(pid), { timeout: 3_000 }).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

it.runIf(process.platform === 'linux')('a stop waits for the page that is being made, and leaves nothing', async () => {
  const server = await start();
  const { person, path } = await personInRoom();
  const { pid, folder } = await rendererOf(server);
  const release = await lockTable('messages');
  const page = askFor(server, person, path);
  await held();
  const stopped = server.stop();
  await new Promise((resolve) => setTimeout(resolve, 500));
  await release();
  const [answer, { code }] = await Promise.all([page, stopped]);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('</html>');
  expect(code).toBe(0);
  expect(isThere(pid)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

it('a refused form comes back whole, however long it is', async () => {
  const server = await start();
  const { person, path } = await personInRoom();
  const body = 'ж'.repeat(20_000);
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { cookie: person.cookie, origin: server.url, accept: 'text/html' },
    body: new URLSearchParams({ body }),
  });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toContain(body);
});

it('pages and programs use up one limit', async () => {
  const server = await start({ RATE_LIMITS: 'on' });
  const person = await createPerson();
  const search = (accept: string) =>
    fetch(`${server.url}/user/search/results?q=a`, { headers: { cookie: person.cookie, accept } });
  const pages = await Promise.all(Array.from({ length: 104 }, () => search('text/html')));
  expect(pages.some(({ status }) => status === 429)).toBe(true);
  expect((await search('application/json')).status).toBe(429);
});

it('a page heeds that another process has closed the room to its reader meanwhile', async () => {
  const [owner, reader] = [await createPerson(), await createPerson()];
  const room = await createRoom({ owner, members: [reader] });
  const actor = await resolveToken(reader.token);
  if (!actor) throw new Error('Nobody is signed in');
  undo.push(() => {
    awaitClosings(() => Promise.resolve());
    return Promise.resolve();
  });
  awaitClosings(async () => {
    await query('UPDATE memberships SET removed_at = now() WHERE room_id = $1 AND user_id = $2', [room.id, reader.id]);
    noteClosing(room.id);
  });
  for (const command of ['message:list', 'room:get'] as const)
    await expect(dispatch(actor, command, { room: room.name })).rejects.toMatchObject({ code: 'forbidden' });
});
