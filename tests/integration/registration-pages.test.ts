import { afterAll, beforeAll, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { createUser } from '../factories';
import { startServer, type RunningServer } from '../harness/server';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { REGISTRATION: 'closed' } });
  await createUser();
}, 60_000);
afterAll(() => server.stop());

const visit = (path: string, form?: Record<string, string>, cookie = '') =>
  fetch(server.url + path, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: { accept: 'text/html', cookie, ...(form && { origin: server.url }) },
    ...(form && { body: new URLSearchParams(form) }),
  });

it('the pages say that registration is closed, and offer to sign in', async () => {
  const html = await (await visit('/register')).text();
  expect(html).toContain('Registration is closed');
  expect(html).toContain('href="/login"');
  expect(html).not.toContain('action="/register"');
  expect(await (await visit('/')).text()).not.toContain('href="/register"');
  const refused = await visit('/register', { email: 'x@example.org', username: 'xx', password: 'correct horse' });
  expect(refused.status).toBe(403);
  expect(await refused.text()).toContain('Registration is closed');
});

it('next-auth makes no account either', async () => {
  const csrf = await visit('/api/auth/csrf');
  const { csrfToken } = (await csrf.json()) as { csrfToken: string };
  const cookie = csrf.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
  const form = { csrfToken, email: 'new@example.org', password: 'correct horse', json: 'true' };
  expect((await visit('/api/auth/callback/credentials', form, cookie)).status).toBe(401);
  expect((await pool().query('SELECT FROM users')).rowCount).toBe(1);
});

it('an administrator’s forms lead back to the list, and a program is answered as ever', async () => {
  for (const path of ['/admin/users/nobody', '/admin/users/nobody/reset']) {
    const response = await visit(path, { suspended: 'true' });
    expect([path, response.status, response.headers.get('location')]).toEqual([
      path,
      303,
      '/login?callbackUrl=%2Fadmin%2Fusers',
    ]);
  }
  const program = await fetch(`${server.url}/admin/users`, { headers: { accept: 'application/json' } });
  expect(program.status).toBe(401);
});
