import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoom, PASSWORD } from '../../factories';
import { createPerson, type Person } from '../../harness/people';
import { startServer, type RunningServer } from '../../harness/server';

let server: RunningServer;
let anna: Person;
let boris: Person;
beforeAll(async () => {
  [server, anna, boris] = await Promise.all([startServer(), createPerson(), createPerson()]);
}, 60_000);
afterAll(() => server.stop());

const ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

interface Sent {
  status: number;
  location: string | null;
  headers: Headers;
  html: string;
}

/** A browser without JavaScript: forms, cookies, no redirects followed. */
async function visit(
  path: string,
  options: { form?: Record<string, string>; as?: Person; headers?: Record<string, string> } = {},
): Promise<Sent> {
  const response = await fetch(server.url + path, {
    method: options.form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      accept: ACCEPT,
      ...(options.form && { origin: server.url }),
      ...(options.as && { cookie: options.as.cookie }),
      ...options.headers,
    },
    ...(options.form && { body: new URLSearchParams(options.form) }),
  });
  return {
    status: response.status,
    location: response.headers.get('location'),
    headers: response.headers,
    html: await response.text(),
  };
}

/** The value that a field of the page stands at, whatever the order of its attributes. */
function valueOf(html: string, name: string): string | undefined {
  const tag = new RegExp(`<input[^>]*\\bname="${name}"[^>]*>`).exec(html)?.[0];
  const value = /\bvalue="([^"]*)"/.exec(tag ?? '')?.[1];
  return value ?? new RegExp(`<textarea[^>]*\\bname="${name}"[^>]*>([^<]*)</textarea>`).exec(html)?.[1];
}

describe('a form that is refused comes back', () => {
  it('with what was typed, but for the password, and what was wrong beside the fields', async () => {
    const form = { email: 'nobody', username: 'Марья Ивановна', password: 'sh0rt!!' };
    const page = await visit('/register', { form });
    expect(page.status).toBe(422);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(valueOf(page.html, 'email')).toBe('nobody');
    expect(valueOf(page.html, 'username')).toBe('Марья Ивановна');
    expect(page.html).not.toContain('sh0rt!!');
    expect(page.html).toMatch(/aria-invalid="true"/);
    expect(page.headers.getSetCookie().some((cookie) => cookie.includes('session-token=ey'))).toBe(false);
  });

  it('with 409 for a name that is taken', async () => {
    const page = await visit('/register', {
      form: { email: 'new@example.org', username: anna.username, password: 'correct horse' },
    });
    expect(page.status).toBe(409);
    expect(valueOf(page.html, 'email')).toBe('new@example.org');
  });

  it('with 401 for a wrong password, and the place where one wanted to go', async () => {
    const page = await visit('/login', {
      form: { email: anna.email, password: 'wrong password', callbackUrl: '/chat/general' },
    });
    expect(page.status).toBe(401);
    expect(valueOf(page.html, 'email')).toBe(anna.email);
    expect(valueOf(page.html, 'callbackUrl')).toBe('/chat/general');
    expect(page.html).not.toContain('wrong password');
  });

  it('with 403 where another site posts it', async () => {
    const form = { email: anna.email, password: PASSWORD };
    const page = await visit('/login', { form, headers: { origin: 'https://evil.example' } });
    expect(page.status).toBe(403);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.getSetCookie().some((cookie) => cookie.includes('session-token=ey'))).toBe(false);
  });

  it('with 422 and 409 for a room', async () => {
    const { name } = await createRoom({ owner: anna });
    const unfit = await visit('/user/rooms', { as: anna, form: { name: 'a/b <i>', topic: 'about "it"' } });
    expect(unfit.status).toBe(422);
    expect(valueOf(unfit.html, 'name')).toBe('a/b &lt;i&gt;');
    expect(valueOf(unfit.html, 'topic')).toBe('about &quot;it&quot;');
    const taken = await visit('/user/rooms', { as: anna, form: { name, topic: '' } });
    expect(taken.status).toBe(409);
    expect(valueOf(taken.html, 'name')).toBe(name);
  });

  it('with 422 for a message, which is still there', async () => {
    const { name } = await createRoom({ owner: anna });
    const body = `${'длинно '.repeat(1_200)}конец`;
    const page = await visit(`/chat/${name}`, { as: anna, form: { body } });
    expect(page.status).toBe(422);
    expect(page.html).toContain('конец</textarea>');
  });

  it('with 413 where it is too large', async () => {
    const { name } = await createRoom({ owner: anna });
    const page = await visit(`/chat/${name}`, { as: anna, form: { body: 'x'.repeat(300 * 1024) } });
    expect(page.status).toBe(413);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('with 403 or 404 where a room is not one’s own, or not there', async () => {
    const { name } = await createRoom({ owner: anna });
    for (const [path, status] of [
      [`/user/rooms/delete/${name}`, 403],
      ['/user/rooms/delete/nowhere', 404],
      ['/chat/nowhere', 404],
    ] as const) {
      const page = await visit(path, { as: boris, form: { body: 'hi' } });
      expect([path, page.status]).toEqual([path, status]);
      expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    }
  });
});

describe('pages', () => {
  it.each(['/user', '/user/search', '/user/search/results?q=a', '/chat/general', '/user/rooms/delete/general'])(
    '%s sends a browser to sign in, and a program away',
    async (path) => {
      const page = await visit(path);
      expect([303, 307]).toContain(page.status);
      expect(page.location).toBe(`/login?callbackUrl=${encodeURIComponent(path)}`);
      expect((await visit(path, { headers: { accept: 'application/json' } })).status).toBe(401);
    },
  );

  it.each(['/', '/login', '/register', '/nowhere'])('%s is for everyone', async (path) => {
    const page = await visit(path);
    expect(page.status).toBe(path === '/nowhere' ? 404 : 200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('are there for whoever is signed in, each script with its nonce', async () => {
    const { name } = await createRoom({ owner: anna });
    for (const path of [
      '/user',
      '/user/search',
      `/user/search/results?q=${name}`,
      `/chat/${name}`,
      `/user/rooms/delete/${name}`,
    ]) {
      const page = await visit(path, { as: anna });
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.headers.get('vary')?.toLowerCase()).toContain('accept');
      const policy = page.headers.get('content-security-policy') ?? '';
      const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '-';
      expect(policy).not.toMatch(/script-src[^;]*'unsafe/);
      const scripts = page.html.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length).toBeGreaterThan(0);
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
    }
  });

  it('change nothing when they are only looked at', async () => {
    const { name } = await createRoom({ owner: anna });
    for (const method of ['HEAD', 'GET']) {
      const response = await fetch(`${server.url}/chat/${name}`, {
        method,
        headers: { accept: ACCEPT, cookie: boris.cookie },
      });
      expect(response.status).toBe(200);
      await response.text();
    }
    const rooms = await fetch(`${server.url}/api/v1/rooms`, { headers: { cookie: boris.cookie } });
    expect(await rooms.json()).toEqual({ rooms: [] });
  });

  it('of a room that is not there are 404', async () => {
    for (const path of ['/chat/nowhere', '/chat/a.b', '/user/rooms/delete/nowhere']) {
      expect([path, (await visit(path, { as: anna })).status]).toEqual([path, 404]);
    }
  });

  it('show what people wrote as text', async () => {
    const { name } = await createRoom({ owner: anna, topic: '<img src=x onerror=alert(1)>' });
    const body = '</script><script>alert(1)</script><b>bold</b> & "quoted"';
    expect((await visit(`/chat/${name}`, { as: anna, form: { body } })).status).toBe(303);
    const { html } = await visit(`/chat/${name}`, { as: anna });
    expect(html).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(html).not.toContain('<script>alert(1)');
    expect(html).not.toContain('<img src=x');
  });

  it('lead from registration to a conversation without a script', async () => {
    const registered = await visit('/register', {
      form: { email: 'formica@example.org', username: 'formica', password: 'correct horse' },
    });
    expect([registered.status, registered.location]).toEqual([303, '/user']);
    const cookie = registered.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const made = await visit('/user/rooms', { headers: { cookie }, form: { name: 'Без Скриптов', topic: '' } });
    expect([made.status, made.location]).toEqual([303, `/chat/${encodeURIComponent('без-скриптов')}`]);
    const sent = await visit(made.location ?? '', { headers: { cookie }, form: { body: 'привет' } });
    expect(sent.status).toBe(303);
    const path = sent.location?.split('#')[0] ?? '';
    const room = await visit(path, { headers: { cookie } });
    expect(room.html).toContain('привет');
    expect(room.html).toContain(`id="${sent.location?.split('#')[1] ?? '-'}"`);
    const gone = await visit(`/user/rooms/delete/${encodeURIComponent('без-скриптов')}`, {
      headers: { cookie },
      form: {},
    });
    expect([gone.status, gone.location]).toEqual([303, '/user']);
  });
});
