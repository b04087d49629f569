import { createHash } from 'node:crypto';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Room, User } from '@/generated/prisma/client';
import { createRoom, createUser, markRead, PASSWORD, writeMessages } from '../factories';
import { prisma } from '@/lib/prisma';
import { Authenticator, giveSecondFactor } from '../harness/authenticator';
import { useHouse } from '../harness/house';
import { AWAY, Line } from '../harness/line';

const house = useHouse({
  letters: true,
  // Nobody listens there, and nobody is sent there: it is for what the pages say of a provider.
  env: () =>
    Promise.resolve({
      OIDC_ISSUER: 'http://localhost:9',
      OIDC_CLIENT_ID: 'beseda',
      OIDC_CLIENT_SECRET: 'a secret that only tests know',
      OIDC_NAME: 'Example ID',
    }),
});

const RESET_TOKEN = 'a token that only this test knows';

let user: User;
/** whose sign-in has two steps */
let guarded: User;
let room: Room;

beforeAll(async () => {
  const other = await createUser();
  user = await createUser({ username: 'a-person-with-a-very-long-name', role: 'administrator' });
  guarded = await createUser({ username: 'guarded-one' });
  await giveSecondFactor(guarded.id);
  await createUser({ username: 'suspended-one', suspendedAt: new Date() });
  room = await createRoom({
    owner: user,
    name: 'a-room-with-a-long-name',
    topic: 'A topic '.repeat(20),
    members: [other],
  });
  await prisma().passwordReset.create({
    data: {
      tokenHash: createHash('sha256').update(RESET_TOKEN).digest('hex'),
      userId: other.id,
      expiresAt: new Date(Date.now() + 3_600_000),
    },
  });
  await createRoom({ owner: other, name: 'someone-elses', members: [user] });
  await writeMessages(
    room,
    Array.from({ length: 40 }, (_, index) => ({
      author: index % 3 === 0 ? user : other,
      body: index % 5 === 0 ? `https://example.org/${'long/'.repeat(30)}${index}` : `Words, and more of them ${index}`,
    })),
  );
  await markRead(room, user, 36);
});

interface Place {
  name: string;
  path: () => string;
  signedIn?: boolean;
  prepare?: (page: Page) => Promise<void>;
}

const dialog = (keys: string) => async (page: Page) => {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expect
    .poll(async () => {
      await page.keyboard.press(keys);
      return page.getByRole('dialog').isVisible();
    })
    .toBe(true);
};

const chat = () => `/chat/${room.name}`;
const live = (page: Page) => page.locator('[role="log"] article').last().waitFor();

const askForSecret = async (page: Page) => {
  await page.locator('input[type="password"]').fill(PASSWORD);
  await page.locator('main form button[type="submit"]').click();
  await page.locator('svg[role="img"]').waitFor();
};

const PLACES: Place[] = [
  { name: 'start', path: () => '/' },
  { name: 'registration', path: () => '/register' },
  {
    name: 'registration refused',
    path: () => '/register',
    prepare: async (page) => {
      await page.locator('form[action="/register"] button[type="submit"]').click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
    },
  },
  { name: 'sign-in', path: () => '/login' },
  { name: 'sign-in after a session', path: () => '/login?notice=ended' },
  { name: 'forgotten password', path: () => '/forgot' },
  {
    name: 'forgotten password refused',
    path: () => '/forgot',
    prepare: async (page) => {
      await page.locator('form[action="/forgot"] button[type="submit"]').click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
    },
  },
  { name: 'letter sent', path: () => '/forgot?sent=1' },
  { name: 'sign-in refused by the provider', path: () => '/login?refused=cancelled' },
  { name: 'sign-in after the second step took too long', path: () => '/login?step=code' },
  {
    name: 'second step of signing in',
    path: () => '/login',
    prepare: async (page) => {
      await page.locator('input[name="email"]').fill(guarded.email);
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.locator('form[action="/login"] button[type="submit"]').click();
      await page.locator('input[name="code"]').waitFor();
    },
  },
  { name: 'new password', path: () => `/reset?token=${RESET_TOKEN}` },
  { name: 'dead reset link', path: () => '/reset?token=nonsense' },
  { name: 'nothing there', path: () => '/nowhere' },
  { name: 'own page', path: () => '/user', signedIn: true },
  { name: 'account', path: () => '/user/account?done=password', signedIn: true },
  { name: 'account not connected', path: () => '/user/account?refused=cancelled', signedIn: true },
  {
    name: 'account refused',
    path: () => '/user/account',
    signedIn: true,
    prepare: async (page) => {
      await page.locator('form[action="/user/account?form=password"] button[type="submit"]').click();
      await page.locator('[aria-invalid="true"]').first().waitFor();
    },
  },
  { name: 'account deletion', path: () => '/user/account/delete', signedIn: true },
  { name: 'two-step sign-in', path: () => '/user/account/two-step?done=off', signedIn: true },
  {
    name: 'two-step sign-in, set up',
    path: () => '/user/account/two-step',
    signedIn: true,
    prepare: askForSecret,
  },
  {
    name: 'recovery codes',
    path: () => '/user/account/two-step',
    signedIn: true,
    prepare: async (page) => {
      await askForSecret(page);
      const app = new Authenticator(await page.locator('code').innerText());
      await page.locator('input[name="code"]').fill(app.code());
      await page.locator('main form button[type="submit"]').click();
      await page.locator('main ol li').first().waitFor();
      // The other places are for who signs in with a password alone.
      await prisma().secondFactor.delete({ where: { userId: user.id } });
    },
  },
  { name: 'search', path: () => '/user/search', signedIn: true },
  { name: 'search without a result', path: () => '/user/search/results?q=nothing%20of%20the%20kind', signedIn: true },
  { name: 'details', path: () => `/chat/${room.name}/details`, signedIn: true },
  { name: 'deletion', path: () => `/user/rooms/delete/${room.name}`, signedIn: true },
  { name: 'deletion refused', path: () => '/user/rooms/delete/someone-elses', signedIn: true },
  { name: 'everybody', path: () => '/admin/users', signedIn: true },
  {
    name: 'reset link',
    path: () => '/admin/users?q=suspended',
    signedIn: true,
    prepare: async (page) => {
      await page.locator('form[action$="/reset"] button').click();
      await page.locator('#made-link').waitFor();
    },
  },
  { name: 'every room', path: () => '/admin/rooms', signedIn: true },
  { name: 'audit log', path: () => '/admin/audit', signedIn: true },
  { name: 'no such room', path: () => '/chat/there-is-none', signedIn: true },
  { name: 'room', path: chat, signedIn: true, prepare: live },
  { name: 'empty room', path: () => '/chat/someone-elses', signedIn: true },
  {
    name: 'message under change',
    path: chat,
    signedIn: true,
    prepare: async (page) => {
      await live(page);
      await expect
        .poll(async () => {
          await page.locator('textarea[name="body"]').press('ArrowUp');
          return page.locator('article textarea').isVisible();
        })
        .toBe(true);
    },
  },
  { name: 'quick switcher', path: () => '/user', signedIn: true, prepare: dialog('Control+k') },
  { name: 'shortcuts', path: () => '/user', signedIn: true, prepare: dialog('Control+/') },
];

const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
/** Both languages and themes at both widths, without all eight combinations: a violation lies in one of the three. */
const LOOKS = [
  { theme: 'light', size: 'wide', locale: 'en' },
  { theme: 'dark', size: 'wide', locale: 'ru' },
  { theme: 'light', size: 'phone', locale: 'ru' },
  { theme: 'dark', size: 'phone', locale: 'en' },
] as const;

describe.each(LOOKS)('$theme, $size, $locale', ({ theme, size, locale }) => {
  test('axe finds nothing on any page', async () => {
    const visitor = await house.visitor({ viewport: SIZES[size], colorScheme: theme, locale });
    visitor.tolerate(/40[34]/);
    const page = await visitor.context.newPage();
    const found: string[] = [];
    for (const { name, path, signedIn, prepare } of PLACES.toSorted(
      (a, b) => Number(a.signedIn ?? 0) - Number(b.signedIn ?? 0),
    )) {
      if (signedIn && !(await visitor.context.cookies()).some((cookie) => cookie.name.includes('session-token'))) {
        await visitor.signIn(user);
      }
      await page.goto(house.url + path());
      await page.locator('h1').waitFor();
      await prepare?.(page);
      // Legacy mode: there are no frames to look into, and the other one opens a second page for each of ours.
      const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
      for (const { id, nodes } of violations)
        found.push(`${name}: ${id} ${nodes[0]?.target.join(' ')} ${nodes[0]?.html}`);
      if ((await page.locator('h1').count()) !== 1) found.push(`${name}: not one first heading`);
    }
    expect(found).toEqual([]);
  });
});

test.each(LOOKS)('axe finds nothing in what waits and what was refused: $theme, $size, $locale', async (look) => {
  const visitor = await house.visitorAs(user, {
    viewport: SIZES[look.size],
    colorScheme: look.theme,
    locale: look.locale,
  });
  visitor.tolerate(...AWAY);
  const line = await Line.of(visitor.context);
  line.onSend = (frame, socket) => {
    const call = /^42(\d+)\["message:send"/.exec(frame);
    if (call) socket.send(`43${call[1]}[{"ok":false,"error":{"code":"forbidden","message":"No."}}]`);
    return call === null;
  };
  const page = await visitor.open(chat());
  await live(page);
  const field = page.locator('textarea[name="body"]');
  const send = async (text: string) => {
    await field.fill(text);
    await field.press('Enter');
    await page.locator('article').filter({ hasText: text }).waitFor();
  };
  await send('Refused');
  await page.locator('article').getByRole('alert').waitFor();
  line.cut();
  await page.getByRole('status').locator('span').first().waitFor();
  await send('Waits');
  const violations = async () =>
    (await new AxeBuilder({ page }).setLegacyMode().analyze()).violations.map(
      ({ id, nodes }) => `${id} ${nodes[0]?.html}`,
    );
  expect(await violations()).toEqual([]);
  await page.goto(`${house.url}/user`);
  await page.locator('#unsent').waitFor();
  expect(await violations()).toEqual([]);
});

test('at 320 px, and at 200 % of it, nothing scrolls sideways', async () => {
  const visitor = await house.visitor({ viewport: { width: 320, height: 560 } });
  visitor.tolerate(/40[34]/);
  const page = await visitor.context.newPage();
  const found: string[] = [];
  for (const { name, path, signedIn, prepare } of PLACES.toSorted(
    (a, b) => Number(a.signedIn ?? 0) - Number(b.signedIn ?? 0),
  )) {
    if (signedIn) await visitor.signIn(user);
    await page.goto(house.url + path());
    await page.locator('h1').waitFor();
    await prepare?.(page);
    const wide = await page.evaluate(() => {
      const sideways = (element: Element) => element.scrollWidth > element.clientWidth;
      const log = document.querySelector('[role="log"]');
      return sideways(document.documentElement) || (log !== null && sideways(log));
    });
    if (wide) found.push(name);
  }
  expect(found).toEqual([]);
});

test('the timeline is a log whose news are announced politely', async () => {
  const visitor = await house.visitorAs(user);
  const page = await visitor.open(chat());
  const log = page.getByRole('log', { name: `Messages in ${room.name}` });
  await log.waitFor();
  await page.locator('[aria-live="polite"]').first().waitFor({ state: 'attached' });
  const other = await createUser();
  const writer = await house.visitorAs(other);
  await page.getByRole('button', { name: /here$/ }).waitFor();
  await writer.post(`/api/v1/rooms/${room.name}/messages`, { body: 'Hear, hear' });
  await page
    .locator('[aria-live="polite"]')
    .filter({ hasText: `${other.username}: Hear, hear` })
    .waitFor({ state: 'attached' });
});
