import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { pool } from '@/lib/db';
import { createRoom, createUser } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

/** What a browser says while the service is away. */
const AWAY = [/WebSocket connection to/, /ERR_CONNECTION_REFUSED/, /ERR_CONNECTION_RESET/, /ERR_EMPTY_RESPONSE/];

async function stored(roomId: number): Promise<string[]> {
  const { rows } = await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [
    roomId,
  ]);
  return rows.map(({ body }) => body);
}

test('what is written while the server is dead goes out once, in order, when it is back', async () => {
  const [first, second] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: first, members: [second] });
  const [one, other] = await Promise.all([house.visitorAs(first), house.visitorAs(second)]);
  for (const visitor of [one, other]) visitor.tolerate(...AWAY);
  const open = async (visitor: typeof one) => new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  const [here, there] = await Promise.all([open(one), open(other)]);
  await here.say('Before');
  await there.sees('Before');

  await house.crash();
  await here.page.getByText('Reconnecting…').waitFor();
  await here.say('While it was away, first');
  await here.say('While it was away, second');
  await here.message('away, second').getByText('Waits for the connection').waitFor();

  await house.restart();
  await there.sees('While it was away, second');
  await here.sees('While it was away, second');
  await here.page.getByText('Reconnecting…').waitFor({ state: 'detached' });
  const expected = ['Before', 'While it was away, first', 'While it was away, second'];
  expect(await stored(room.id)).toEqual(expected);
  for (const side of [here, there]) {
    const shown = await side.log.getByRole('article').getByRole('paragraph').allInnerTexts();
    expect(shown).toEqual(expected);
  }
  await there.say('Good to have you back');
  await here.sees('Good to have you back');
});

/** Loads pages, but lets no live connection come about while `blocked` says so. */
async function blockSockets(page: Page, blocked: () => boolean): Promise<void> {
  await page.exposeFunction('socketsAreBlocked', blocked);
  await page.route(/\/socket\.io\//, (route) => (blocked() ? route.abort('connectionrefused') : route.continue()));
  await page.addInitScript(() => {
    const key = 'test:sockets-blocked';
    const { WebSocket: Original } = window;
    const ask = Reflect.get(window, 'socketsAreBlocked') as () => Promise<boolean>;
    localStorage.setItem(key, localStorage.getItem(key) ?? 'true');
    setInterval(() => void ask().then((answer) => localStorage.setItem(key, String(answer))), 50);
    window.WebSocket = new Proxy(Original, {
      construct: (target, [url]: [string]) =>
        new target(localStorage.getItem(key) === 'true' ? url.replace('/socket.io/', '/nothing/') : url),
    });
  });
}

test('what waits survives a reload, and goes out once', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  visitor.tolerate(...AWAY);
  const page = await visitor.context.newPage();
  let blocked = true;
  await blockSockets(page, () => blocked);
  await page.goto(`${house.url}/chat/${room.name}`);
  const here = new RoomPage(page);
  await page.getByText('Reconnecting…').waitFor();
  await here.say('Kept in the outbox');
  await here.message('Kept in the outbox').getByText('Waits for the connection').waitFor();
  await page.reload();
  await here.message('Kept in the outbox').getByText('Waits for the connection').waitFor();
  expect(await stored(room.id)).toEqual([]);
  blocked = false;
  await here.sees('Kept in the outbox');
  expect(await stored(room.id)).toEqual(['Kept in the outbox']);
});

test('a browser that keeps nothing is not said to: the page has to stay open', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  await visitor.context.addInitScript(() => Object.defineProperty(window, 'indexedDB', { value: undefined }));
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await visitor.context.setOffline(true);
  await here.page.getByText('You are offline.').waitFor();
  await here.say('Only here');
  await here.page.getByText('You are offline. Keep this page open').waitFor();
  expect(await here.page.getByText('is kept and sent later').count()).toBe(0);
  await visitor.context.setOffline(false);
  await here.sees('Only here');
  await here.page.getByText('You are offline.').waitFor({ state: 'detached' });
  expect(await stored(room.id)).toEqual(['Only here']);
});

test('being offline is told, and passes by itself', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await visitor.context.setOffline(true);
  await here.page.getByText('You are offline. What you write is kept and sent later.').waitFor();
  await visitor.context.setOffline(false);
  await here.page.getByText('You are offline.').waitFor({ state: 'detached' });
  await here.say('Back again');
  await here.sees('Back again');
});

test('a refused message stays with its reason, and can be sent again or given up', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  const page = await visitor.context.newPage();
  let refusing = true;
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((message) => {
      const call = /^42(\d+)\["message:send"/.exec(String(message));
      if (call && refusing) {
        const error = { code: 'forbidden', message: 'You were removed from this room.' };
        socket.send(`43${call[1]}${JSON.stringify([{ ok: false, error }])}`);
      } else server.send(message);
    });
  });
  await page.goto(`${house.url}/chat/${room.name}`);
  const here = await new RoomPage(page).live();
  await here.say('Refused at first');
  const refused = here.message('Refused at first');
  await refused.getByRole('alert').getByText('You are not allowed to write here.').waitFor();
  await here.say('Refused for good');
  await here.message('Refused for good').getByRole('button', { name: 'Delete' }).click();
  await expect.poll(() => here.message('Refused for good').count()).toBe(0);
  refusing = false;
  await refused.getByRole('button', { name: 'Retry' }).click();
  await here.sees('Refused at first');
  expect(await stored(room.id)).toEqual(['Refused at first']);
});

test('signing out ends on the start page, and leads every other tab to sign in', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const visitor = await house.visitorAs(user);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  const there = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await here.page.getByRole('link', { name: 'Sign out' }).click();
  await here.page.getByRole('link', { name: 'Create an account' }).waitFor();
  expect(new URL(here.page.url()).pathname).toBe('/');
  await there.page.waitForURL(`**/login?callbackUrl=${encodeURIComponent(`/chat/${room.name}`)}&notice=ended`);
  await here.page.goto(`${house.url}/user`);
  await here.page.waitForURL('**/login?callbackUrl=**');
});
