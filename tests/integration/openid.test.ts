import { describe, expect, it, vi } from 'vitest';
import { OPENID_BEGIN_PATH } from '@/lib/contracts/paths';
import { pool } from '@/lib/db';
import { prisma } from '@/lib/prisma';
import { createUser, PASSWORD } from '../factories';
import { inOpenIdWorld, somebody } from '../harness/openid-world';

const world = inOpenIdWorld();

describe('whom the provider vouches for', () => {
  it('gets an account, and the same one the next time', async () => {
    const person = somebody({ preferred_username: 'Anna' });
    const browser = world.browser();
    expect(await browser.signIn(person)).toBe('/user');
    const { user } = await browser.me();
    expect(user).toMatchObject({ username: 'Anna', email: person.email, role: 'user' });
    const again = world.browser();
    // What they are called there may change; who they are does not.
    expect(await again.signIn({ ...person, email: 'changed@id.example' }, { callbackUrl: '/chat/there' })).toBe(
      '/chat/there',
    );
    expect((await again.me()).user).toEqual(user);
    expect(await prisma().session.count({ where: { userId: user?.id ?? 0, revokedAt: null } })).toBe(2);
  });

  it.each(['//evil.example', 'https://evil.example/x', '/\\evil.example', 'javascript:alert(1)'])(
    'is never led to %s',
    async (callbackUrl) => {
      expect(await world.browser().signIn(somebody(), { callbackUrl })).toBe('/user');
    },
  );

  it.each([
    ['Anna.B', undefined, 'Anna.B'],
    ['boris@corp.example', undefined, 'boris'],
    [undefined, 'Анна Смирнова', 'Анна.Смирнова'],
    ['  Łukasz  K. Nowak ', undefined, 'Łukasz.K.Nowak'],
    ['🙂', '!', 'letters'],
    ['x'.repeat(99), undefined, 'x'.repeat(25)],
  ])('who is called %j, %j becomes %s', async (preferred, name, username) => {
    const browser = world.browser();
    const person = somebody({ preferred_username: preferred, name, email: `letters@${somebody().sub}.example` });
    await browser.signIn(person);
    expect((await browser.me()).user?.username).toBe(username);
  });

  it('gets a number where the name is taken, or looks like one that is', async () => {
    await createUser({ username: 'oleg' });
    for (const [preferred, username] of [
      ['oleg', 'oleg-2'],
      ['оlеg', 'оlеg-3'],
    ] as const) {
      const browser = world.browser();
      await browser.signIn(somebody({ preferred_username: preferred }));
      expect((await browser.me()).user?.username).toBe(username);
    }
  });

  it('gets one account, however often they arrive at once', async () => {
    const person = somebody();
    const browsers = [world.browser(), world.browser(), world.browser()];
    world.provider.person(person);
    const ways: string[] = [];
    for (const browser of browsers) ways.push(await browser.visitProvider(await browser.send(OPENID_BEGIN_PATH, {})));
    await Promise.all(browsers.map((browser, index) => browser.send(ways[index] ?? '')));
    const ids = await Promise.all(browsers.map(async (browser) => (await browser.me()).user?.id));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toBeGreaterThan(0);
  });

  it('is not signed in by what is disconnected at that moment', async () => {
    const person = somebody();
    const first = world.browser();
    await first.signIn(person);
    const { user } = await first.me();
    const late = world.browser();
    const back = await late.visitProvider(await late.send(OPENID_BEGIN_PATH, {}));
    const other = await pool().connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT FROM users WHERE id = $1 FOR UPDATE', [user?.id]);
      const answer = late.send(back);
      await vi.waitFor(async () => {
        const waiting = await pool().query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waiting.rowCount).toBe(1);
      });
      await other.query('DELETE FROM identities WHERE user_id = $1', [user?.id]);
      await other.query('COMMIT');
      expect((await answer).headers.get('location')).toMatch(/refused=notLinked$/);
    } finally {
      other.release();
    }
    expect((await late.me()).status).toBe(401);
  });

  it('does not take over an account that has their address', async () => {
    const victim = await createUser({ username: 'victim' });
    const browser = world.browser();
    expect(await browser.signIn(somebody({ email: victim.email }))).toMatch(/^\/login\?.*refused=notLinked$/);
    expect((await browser.me()).status).toBe(401);
    expect(await prisma().identity.count({ where: { userId: victim.id } })).toBe(0);
  });

  it.each([
    [{ email_verified: false }, 'unverified'],
    [{ email: undefined, email_verified: undefined }, 'noEmail'],
    [{ email: 'no address' }, 'noEmail'],
  ])('gets no account with %j', async (more, refused) => {
    const browser = world.browser();
    expect(await browser.signIn(somebody(more))).toMatch(new RegExp(`refused=${refused}$`));
    expect((await browser.me()).status).toBe(401);
  });

  it('stays out while suspended', async () => {
    const person = somebody();
    const browser = world.browser();
    await browser.signIn(person);
    const { user } = await browser.me();
    await prisma().user.update({ where: { id: user?.id ?? 0 }, data: { suspendedAt: new Date() } });
    const again = world.browser();
    expect(await again.signIn(person)).toMatch(/refused=suspended$/);
    expect((await again.me()).status).toBe(401);
  });

  it('has no password that anybody could guess', async () => {
    const person = somebody();
    await world.browser().signIn(person);
    for (const password of ['!', '', PASSWORD]) {
      const answer = await world.browser().send('/login', { email: person.email ?? '', password });
      expect([401, 422]).toContain(answer.status);
    }
  });
});
