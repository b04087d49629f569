import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { problemSchema } from '../../harness/answers';
import { createPerson, type Person } from '../../harness/people';
import { request, inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let chief: Person;
beforeAll(async () => {
  [anna, boris, chief] = await Promise.all([createPerson(), createPerson(), createPerson({ role: 'administrator' })]);
});

const json = { accept: 'application/json' };
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const browser = (person: Person) => ({ ...html, cookie: person.cookie, origin: world.url });
const codeOf = async (response: Response) => problemSchema.parse(await response.json()).code;

describe.each(['/user/rooms', '/api/v1/rooms'])('POST %s', (path) => {
  it.each([
    ['  Отдел   Кадров ', 'отдел-кадров'],
    ['General_2', 'general_2'],
    ['ＦＵＬＬ', 'full'],
    ['ÅNGSTRÖM', 'ångström'],
    ['-', '-'],
    ['я'.repeat(64), 'я'.repeat(64)],
  ])('makes %j the room %s', async (typed, expected) => {
    const suffix = path.length.toString();
    const long = typed.length > 60;
    const name = long ? `${expected.slice(0, 62)}${suffix.padStart(2, '0')}` : `${expected}${suffix}`;
    const written = long ? name.toUpperCase() : `${typed.trimEnd()}${suffix} `;
    const response = await request(world, path, { as: anna, json: { name: written, topic: ' about \n it ' } });
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe(`/chat/${encodeURIComponent(name)}`);
    expect(await response.json()).toEqual({
      room: {
        id: expect.any(Number) as number,
        name,
        topic: 'about it',
        visibility: 'public',
        owner: { id: anna.id, username: anna.username },
        lastSeq: 0,
        revision: 0,
        createdAt: expect.stringMatching(/Z$/) as string,
      },
    });
  });

  it.each([
    [{}, ['name']],
    [{ name: '' }, ['name']],
    [{ name: '   ' }, ['name']],
    [{ name: 'a/b' }, ['name']],
    [{ name: 'a.b' }, ['name']],
    [{ name: '😀' }, ['name']],
    [{ name: 'a\0' }, ['name']],
    [{ name: '\u0301a' }, ['name']],
    [{ name: 'x'.repeat(65) }, ['name']],
    [{ name: 7 }, ['name']],
    [{ name: 'ok-1', topic: 'x'.repeat(251) }, ['topic']],
    [{ name: 'ok-2', topic: null }, ['topic']],
    [{ name: 'ok-4', visibility: 'secret' }, ['visibility']],
    [{ name: 'ok-5', owner: 'boris' }, ['owner']],
  ])('refuses %j', async (fields, paths) => {
    const response = await request(world, path, { as: anna, json: fields });
    expect(response.status).toBe(422);
    expect(problemSchema.parse(await response.json()).errors?.map((error) => error.path)).toEqual(paths);
  });

  it('refuses a name that is taken, however it is spelt', async () => {
    const { name } = await world.room(anna);
    const response = await request(world, path, { as: boris, json: { name: ` ${name.toUpperCase()}` } });
    expect(response.status).toBe(409);
    expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'conflict', errors: [{ path: 'name' }] });
  });

  it('is for those signed in', async () => {
    expect((await request(world, path, { json: { name: '' } })).status).toBe(401);
  });
});

describe('rooms of one’s own', () => {
  it('come with what is unread, latest activity first', async () => {
    const person = await createPerson();
    const [quiet, lively] = [await world.room(person, anna), await world.room(person, anna)];
    await request(world, `/api/v1/rooms/${quiet.name}/messages`, { as: anna, json: { body: 'one' } });
    await request(world, `/api/v1/rooms/${lively.name}/messages`, { as: anna, json: { body: 'two' } });
    await request(world, `/api/v1/rooms/${quiet.name}/messages`, { as: person, json: { body: 'three' } });
    await request(world, `/api/v1/rooms/${quiet.name}/messages`, { as: anna, json: { body: 'four' } });
    const page = await request(world, '/user', { as: person, headers: json });
    const { user, rooms } = (await page.json()) as { user: unknown; rooms: unknown[] };
    expect(user).toEqual({ id: person.id, username: person.username, email: person.email, role: 'user', locale: null });
    expect(rooms).toMatchObject([
      { name: quiet.name, unread: 1, lastSeq: 3 },
      { name: lively.name, unread: 1, lastSeq: 1 },
    ]);
    const api = await request(world, '/api/v1/rooms', { as: person });
    expect(await api.json()).toEqual({ rooms });
  });

  it('are not joined by looking', async () => {
    const person = await createPerson();
    const { name } = await world.room(anna);
    for (const path of [`/chat/${name}`, `/api/v1/rooms/${name}`, `/api/v1/rooms/${name}/messages`]) {
      for (const method of ['GET', 'HEAD']) {
        expect((await request(world, path, { as: person, method, headers: json })).status).toBe(200);
      }
    }
    expect(await (await request(world, '/api/v1/rooms', { as: person })).json()).toEqual({ rooms: [] });
  });
});

describe('GET /chat/{room}', () => {
  it('gives a program the room and its latest 50 messages', async () => {
    const { name, id } = await world.room(anna);
    for (let n = 1; n <= 52; n++) await request(world, `/chat/${name}`, { as: anna, json: { body: String(n) } });
    const answer = (await (await request(world, `/chat/${name}`, { as: boris, headers: json })).json()) as {
      room: object;
      messages: { seq: number }[];
      hasMore: boolean;
    };
    expect(Object.keys(answer).sort()).toEqual(['hasMore', 'messages', 'room']);
    expect(answer.room).toMatchObject({ id, name, lastSeq: 52 });
    expect(answer.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, index) => index + 3));
    expect(answer.hasMore).toBe(true);
    expect(await (await request(world, `/api/v1/rooms/${name}`, { as: boris })).json()).toMatchObject({
      room: answer.room,
    });
  });

  it('redirects a page to the canonical address, and only a page', async () => {
    const room = await request(world, '/user/rooms', { as: anna, json: { name: 'Комната Отдыха' } });
    expect(room.headers.get('location')).toBe(`/chat/${encodeURIComponent('комната-отдыха')}`);
    const typed = `/chat/${encodeURIComponent('Комната Отдыха')}`;
    const page = await request(world, `${typed}?around=5`, { headers: browser(anna) });
    expect([page.status, page.headers.get('location')]).toEqual([
      308,
      `/chat/${encodeURIComponent('комната-отдыха')}?around=5`,
    ]);
    expect((await request(world, typed, { as: anna, headers: json })).status).toBe(200);
  });

  it('is 404 for what is no room', async () => {
    for (const path of [
      '/chat/nowhere-at-all',
      '/chat/a.b',
      ...(BEHIND_NGINX ? [] : ['/chat/%00']),
      '/chat/a%2Fb',
      '/chat/a/b',
      `/chat/${'x'.repeat(65)}`,
    ]) {
      const response = await request(world, path, { as: anna, headers: json });
      expect([response.status, await codeOf(response)]).toEqual([404, 'not_found']);
    }
  });
});

describe('POST /chat/{room}', () => {
  it('answers a program 201, and 200 for a retry', async () => {
    const { name } = await world.room(anna);
    for (const path of [`/chat/${name}`, `/api/v1/rooms/${name}/messages`]) {
      const fields = { body: 'hi', clientMessageId: randomUUID() };
      const first = await request(world, path, { as: anna, json: fields });
      expect(first.status).toBe(201);
      const message: unknown = await first.json();
      const again = await request(world, path, { as: anna, json: fields });
      expect([again.status, await again.json()]).toEqual([200, message]);
    }
  });

  it('sends a browser back to the room, at its message', async () => {
    const { name } = await world.room(anna);
    const form = { body: 'a form\r\nof two lines', clientMessageId: randomUUID() };
    for (let attempt = 0; attempt < 2; attempt++) {
      const response = await request(world, `/chat/${name}`, { form, headers: browser(anna) });
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toMatch(new RegExp(`^/chat/${name}(\\?[^#]*)?#`));
    }
    const { messages } = (await (await request(world, `/chat/${name}`, { as: anna, headers: json })).json()) as {
      messages: unknown[];
    };
    expect(messages).toMatchObject([{ body: 'a form\nof two lines' }]);
  });

  it('sends a browser without a session to sign in, and a program away', async () => {
    const { name } = await world.room(anna);
    const form = await request(world, `/chat/${name}`, {
      form: { body: 'hi' },
      headers: { ...html, origin: world.url },
    });
    expect([302, 303, 307]).toContain(form.status);
    expect(form.headers.get('location')).toBe(`/login?callbackUrl=${encodeURIComponent(`/chat/${name}`)}`);
    expect((await request(world, `/chat/${name}`, { json: { body: 'hi' } })).status).toBe(401);
  });
});

describe('deleting a room', () => {
  it.each<[string, string, () => Person, number]>([
    ['DELETE', '/user/rooms/delete/', () => anna, 204],
    ['POST', '/user/rooms/delete/', () => anna, 204],
    ['DELETE', '/api/v1/rooms/', () => anna, 204],
    ['DELETE', '/api/v1/rooms/', () => chief, 204],
    ['DELETE', '/user/rooms/delete/', () => boris, 403],
    ['DELETE', '/api/v1/rooms/', () => boris, 403],
  ])('%s %s…', async (method, path, who, status) => {
    const { name } = await world.room(anna, boris);
    const response = await request(world, `${path}${name.toUpperCase()}`, { as: who(), method });
    expect(response.status).toBe(status);
    expect((await request(world, `/chat/${name}`, { as: anna, headers: json })).status).toBe(
      status === 204 ? 404 : 200,
    );
    if (status !== 204) return;
    expect(await response.text()).toBe('');
    expect((await request(world, `${path}${name}`, { as: who(), method })).status).toBe(404);
  });

  it('sends a browser to its own page', async () => {
    const { name } = await world.room(anna);
    const response = await request(world, `/user/rooms/delete/${name}`, { form: {}, headers: browser(anna) });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/user']);
  });

  it('needs a session and its own origin', async () => {
    const { name } = await world.room(anna);
    expect((await request(world, `/user/rooms/delete/${name}`, { method: 'DELETE' })).status).toBe(401);
    const foreign = { cookie: anna.cookie, origin: 'https://evil.example' };
    expect((await request(world, `/user/rooms/delete/${name}`, { method: 'DELETE', headers: foreign })).status).toBe(
      403,
    );
  });
});

describe('GET /user/search/results', () => {
  interface Found {
    rooms: { name: string }[];
    nextCursor: string | null;
  }
  const search = async (query: Record<string, string>): Promise<Found> => {
    const response = await request(world, `/user/search/results?${new URLSearchParams(query).toString()}`, {
      as: anna,
      headers: json,
    });
    expect(response.status).toBe(200);
    return (await response.json()) as Found;
  };
  const names = async (q: string) => (await search({ q, limit: '100' })).rooms.map(({ name }) => name);
  const rooms = [
    'погода',
    'погода-в-москве',
    'хорошая-погода',
    'непогода',
    'погда',
    'weather',
    'under_score',
    'underscore',
    'a-b',
    'a-bc',
    'x-a-b',
  ];
  beforeAll(async () => {
    for (const name of rooms) await request(world, '/user/rooms', { as: boris, json: { name } });
  });

  it('ranks exact, prefix, prefix of a word, similar', async () => {
    const found = await names('Погода');
    expect(found.slice(0, 3)).toEqual(['погода', 'погода-в-москве', 'хорошая-погода']);
    expect(found.slice(3).sort()).toEqual(['непогода', 'погда']);
    expect((await names('A B')).slice(0, 3)).toEqual(['a-b', 'a-bc', 'x-a-b']);
  });

  it('finds letters that are not quite right, and nothing for nothing of the kind', async () => {
    expect(await names('погдоа')).toContain('погода');
    expect(await names('zzzzzz')).toEqual([]);
  });

  it('takes what patterns are made of as it is', async () => {
    expect((await names('under_')).slice(0, 1)).toEqual(['under_score']);
    for (const q of ['%', '\\', "'", '%_%', '.*', '(', '\u0000'.replace('\0', '"')]) expect(await names(q)).toEqual([]);
  });

  it('lists all by name, page by page, when nothing is asked for', async () => {
    const all: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: Found = await search({ q: '', limit: '4', ...(cursor && { cursor }) });
      expect(page.rooms.length).toBeLessThanOrEqual(4);
      all.push(...page.rooms.map(({ name }) => name));
      cursor = page.nextCursor;
    }
    expect(all.length).toBeGreaterThanOrEqual(rooms.length);
    expect(new Set(all).size).toBe(all.length);
    expect(await names('')).toEqual(all);
    expect(all).toEqual(expect.arrayContaining(rooms));
  });

  it('goes on from a cursor within a ranking', async () => {
    const whole = await names('погода');
    const first = await search({ q: 'погода', limit: '2' });
    const second = await search({ q: 'погода', limit: '100', cursor: first.nextCursor ?? '' });
    expect([...first.rooms, ...second.rooms].map(({ name }) => name)).toEqual(whole);
  });

  it.each<Record<string, string>>([
    { limit: '0' },
    { limit: '101' },
    { limit: 'x' },
    { cursor: 'x' },
    { cursor: Buffer.from('[99999999999,0,"a"]').toString('base64url') },
    { cursor: Buffer.from('[1,1e400,"a"]').toString('base64url') },
    { cursor: Buffer.from('[1.5,0,"a"]').toString('base64url') },
    { q: 'x'.repeat(251) },
    { q: 'a\0' },
  ])('refuses %j', async (query) => {
    const response = await request(world, `/user/search/results?${new URLSearchParams(query).toString()}`, {
      as: anna,
      headers: json,
    });
    expect([response.status, await codeOf(response)]).toEqual([422, 'unprocessable']);
  });

  it('is for those signed in', async () => {
    expect((await request(world, '/user/search/results?q=a', { headers: json })).status).toBe(401);
  });
});
