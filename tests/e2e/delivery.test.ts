import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { pool } from '@/lib/db';
import { createRoom, createUser, markRead, writeMessages } from '../factories';
import { useHouse, type Visitor } from '../harness/house';
import { AWAY, Line } from '../harness/line';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

async function stored(roomId: number): Promise<string[]> {
  const { rows } = await pool().query<{ body: string }>('SELECT body FROM messages WHERE room_id = $1 ORDER BY seq', [
    roomId,
  ]);
  return rows.map(({ body }) => body);
}

/** What a room shows, from top to bottom; only where all of it is in the document. */
function shown({ log }: RoomPage): Promise<string[]> {
  return log.getByRole('article').getByRole('paragraph').allInnerTexts();
}

/** Sends a message without the time that typing takes. */
async function send(room: RoomPage, text: string): Promise<void> {
  await room.composer.fill(text);
  await room.composer.press('Enter');
}

async function waits(room: RoomPage, text: string): Promise<void> {
  await room.message(text).getByText('Waits for the connection').waitFor();
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function openRoom(visitor: Visitor, name: string): Promise<RoomPage> {
  return new RoomPage(await visitor.open(`/chat/${name}`));
}

/** A reader whose browser's live connections the test holds, in a room of somebody else's. */
async function reader(cut = false) {
  const [user, owner] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner, members: [user] });
  const visitor = await house.visitorAs(user);
  visitor.tolerate(...AWAY);
  const line = await Line.of(visitor.context, cut);
  return { user, owner, room, visitor, line };
}

test('a server that is killed in mid-conversation loses, doubles and reorders nothing, over a reload too', async () => {
  const [first, second] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: first, members: [second] });
  const [one, other] = await Promise.all([house.visitorAs(first), house.visitorAs(second)]);
  for (const visitor of [one, other]) visitor.tolerate(...AWAY);
  const here = await (await openRoom(one, room.name)).live();
  let there = await (await openRoom(other, room.name)).live();

  const talk = async (side: RoomPage, name: string) => {
    for (const n of numbers(1, 8)) await send(side, `${name} ${n}`);
  };
  const talking = Promise.all([talk(here, 'Anna'), talk(there, 'Boris')]);
  await here.sees('Anna 2');
  await house.crash();
  await talking;
  await here.page.getByText('Reconnecting…').waitFor();
  await send(here, 'Anna offline');
  await send(there, 'Boris offline');
  await waits(here, 'Anna offline');
  await waits(there, 'Boris offline');
  await there.page.close();

  await house.restart();
  there = await openRoom(other, room.name);
  await here.sees('Boris offline');
  await there.sees('Anna offline');
  for (const side of [here, there]) await side.page.getByText('Sending…').first().waitFor({ state: 'detached' });

  const database = await stored(room.id);
  for (const name of ['Anna', 'Boris']) {
    const own = database.filter((body) => body.startsWith(name));
    expect(own).toEqual([...numbers(1, 8).map((n) => `${name} ${n}`), `${name} offline`]);
  }
  expect(database).toHaveLength(18);
  for (const side of [here, there]) await expect.poll(() => shown(side)).toEqual(database);
});

describe('two tabs of one account', () => {
  test('show the same messages waiting, in the same order, and store each once', async () => {
    const { room, visitor, line } = await reader(true);
    const here = await openRoom(visitor, room.name);
    const there = await openRoom(visitor, room.name);
    await here.page.getByText('Reconnecting…').waitFor();
    await send(here, 'Here, first');
    await there.message('Here, first').waitFor();
    await send(there, 'There, second');
    await here.message('There, second').waitFor();
    await send(here, 'Here, third');
    await there.message('Here, third').waitFor();
    const expected = ['Here, first', 'There, second', 'Here, third'];
    for (const tab of [here, there]) await expect.poll(() => shown(tab)).toEqual(expected);

    const sent: string[] = [];
    line.onSend = (frame) => {
      if (frame.includes('"message:send"')) sent.push(frame);
      return true;
    };
    await line.mend();
    for (const tab of [here, there]) for (const text of expected) await tab.sees(text);
    expect(await stored(room.id)).toEqual(expected);
    for (const tab of [here, there]) await expect.poll(() => shown(tab)).toEqual(expected);
    expect(sent).toHaveLength(3);
  });

  test('send what one of them was sending when it was closed', async () => {
    const { room, visitor } = await reader();
    const closing = await visitor.context.newPage();
    const line = await Line.of(closing);
    await closing.goto(`${house.url}/chat/${room.name}`);
    const here = await new RoomPage(closing).live();
    const there = await (await openRoom(visitor, room.name)).live();
    // The first is stored, and its author never hears of it.
    line.onReceive = () => false;
    for (const text of ['One', 'Two', 'Three']) await send(here, text);
    await there.sees('One');
    await there.message('Three').waitFor();
    expect(await stored(room.id)).toEqual(['One']);
    await closing.close();
    await there.sees('Three');
    expect(await stored(room.id)).toEqual(['One', 'Two', 'Three']);
    expect(await shown(there)).toEqual(['One', 'Two', 'Three']);
  });
});

test('a message is kept from the key press on, whatever becomes of the page', async () => {
  const { room, visitor, line } = await reader(true);
  let here = await openRoom(visitor, room.name);
  await here.page.getByText('Reconnecting…').waitFor();
  await here.composer.fill('Written at the last moment');
  // The page gets to do nothing at all after the key press: its only thread is busy until the tab is gone.
  await here.page.evaluate(() => {
    document.addEventListener('keydown', () => {
      for (const end = Date.now() + 30_000; Date.now() < end;);
    });
  });
  const pressed = here.composer.press('Enter').catch(() => undefined);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await here.page.close();
  await pressed;

  here = await openRoom(visitor, room.name);
  await waits(here, 'Written at the last moment');
  await send(here, 'And a reload');
  await here.page.reload();
  await waits(here, 'And a reload');
  await line.mend();
  await here.sees('And a reload');
  expect(await stored(room.id)).toEqual(['Written at the last moment', 'And a reload']);
});

describe('after a long absence', () => {
  const missed = numbers(101, 1_400);

  async function away() {
    const start = await reader();
    const { room, owner, user } = start;
    await writeMessages(
      room,
      numbers(1, 100).map((n) => ({ author: owner, body: `Line ${n}${'\nand more'.repeat(n % 4)}` })),
    );
    await markRead(room, user, 100);
    const here = await (await openRoom(start.visitor, room.name)).live();
    await here.sees('Line 100');
    const lists: string[] = [];
    start.line.onSend = (frame) => {
      if (frame.includes('"message:list"')) lists.push(frame);
      return true;
    };
    const miss = () =>
      writeMessages(
        room,
        missed.map((n) => ({ author: owner, body: `Line ${n}` })),
      );
    return { ...start, here, miss, lists };
  }

  test('the room opens at the latest page, with what waited, for who read at the end', async () => {
    const { here, line, miss, room, lists } = await away();
    line.cut();
    await here.page.getByText('Reconnecting…').waitFor();
    await miss();
    await send(here, 'Written meanwhile');
    await line.mend();
    await here.page.locator('#m-1400').waitFor();
    await here.sees('Written meanwhile');
    // The latest page, and perhaps the one above it; not all that was missed.
    expect(lists.filter((frame) => frame.includes('"since"'))).toEqual([]);
    expect(lists.length).toBeLessThan(5);
    expect((await stored(room.id)).at(-1)).toBe('Written meanwhile');
    const box = await here.message('Written meanwhile').boundingBox();
    expect(box?.y).toBeLessThan(800);
    await send(here, 'And on');
    await here.sees('And on');
  });

  test('who reads in the past stays where they are, and sees there what was edited', async () => {
    const { here, line, miss, room, lists } = await away();
    const { page, log } = here;
    await log.hover();
    await page.mouse.wheel(0, -2_000);
    await expect.poll(() => page.getByRole('button', { name: /^Jump to latest/ }).isVisible()).toBe(true);
    await page.waitForTimeout(500);
    const inView = await log.evaluate((element) => {
      const edge = element.getBoundingClientRect().top;
      const ids = [...element.querySelectorAll('article')]
        .filter((article) => article.getBoundingClientRect().top > edge + 40)
        .map((article) => article.id);
      return ids.slice(0, 3);
    });
    const [anchor = '', , editedId = ''] = inView;
    const seq = Number(editedId.slice(2));
    line.cut();
    await page.getByText('Reconnecting…').waitFor();
    await miss();
    await pool().query(
      `WITH room AS (UPDATE chats SET revision = revision + 1 WHERE id = $1 RETURNING revision)
       UPDATE messages SET body = replace(body, 'Line', 'Zeile'), edited_at = now(), revision = room.revision
       FROM room WHERE room_id = $1 AND seq = $2`,
      [room.id, seq],
    );
    const top = (await page.locator(`#${anchor}`).boundingBox())?.y ?? 0;
    const moved = log.evaluate((_, id) => {
      const start = document.getElementById(id)?.getBoundingClientRect().top ?? 0;
      return new Promise<number>((resolve) => {
        let most = 0;
        const until = performance.now() + 6_000;
        const look = () => {
          const now = document.getElementById(id)?.getBoundingClientRect().top;
          most = Math.max(most, now === undefined ? 10_000 : Math.abs(now - start));
          if (performance.now() > until) resolve(most);
          else requestAnimationFrame(look);
        };
        look();
      });
    }, anchor);
    await line.mend();
    await page.locator(`#${editedId}`).getByText(`Zeile ${seq}`).waitFor();
    expect(await moved).toBeLessThanOrEqual(1);
    expect(lists.filter((frame) => frame.includes('"since"'))).toEqual([]);
    expect(Math.abs(((await page.locator(`#${anchor}`).boundingBox())?.y ?? 0) - top)).toBeLessThanOrEqual(1);

    const jump = page.getByRole('button', { name: /^Jump to latest/ });
    await jump.getByText('1,300 new messages').waitFor();
    await jump.click();
    await page.locator('#m-1400').waitFor();
    await send(here, 'Back in the present');
    await here.sees('Back in the present');
  });
});

test('what is far from where one looks is let go once very much is loaded, and comes back when one goes there', async () => {
  const { user, owner, room, visitor, line } = await reader();
  const write = (from: number, to: number) =>
    writeMessages(
      room,
      numbers(from, to).map((n) => ({ author: owner, body: `Line ${n}` })),
    );
  await write(1, 50);
  await markRead(room, user, 50);
  const here = await (await openRoom(visitor, room.name)).live();
  const { page, log } = here;
  const height = () => log.evaluate((element) => element.scrollHeight);
  let row: number | undefined;
  // Absences that are short enough to be caught up with message by message.
  for (const [from, to] of [
    [51, 950],
    [951, 1_850],
    [1_851, 2_750],
  ] as const) {
    line.cut();
    await page.getByText('Reconnecting…').waitFor();
    await write(from, to);
    await line.mend();
    await page.locator(`#m-${to}`).waitFor();
    row ??= (await height()) / to;
  }
  await expect.poll(height).toBeLessThan(2_000 * (row ?? 0));
  expect(await page.locator('#m-2750').isVisible()).toBe(true);

  await log.hover();
  await log.evaluate((element) => (element.scrollTop = 0));
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, -2_000);
        // The first of those that are drawn: which one is under the eye depends on how fast it goes.
        const first = await page.locator('[id^="m-"]').first().getAttribute('id');
        return Number(first?.slice(2));
      },
      { timeout: 15_000 },
    )
    .toBeLessThanOrEqual(1_100);
});

/** Writes messages into the browser's outbox, as many as nobody would type. */
function fillOutbox(page: Page, accountId: number, room: { id: number; name: string }, count: number): Promise<void> {
  return page.evaluate(
    ({ accountId, roomId, name, count }) =>
      new Promise<void>((resolve, reject) => {
        const request = indexedDB.open('beseda');
        request.onerror = () => reject(new Error('no database'));
        request.onsuccess = () => {
          const transaction = request.result.transaction('outbox', 'readwrite');
          for (let n = 1; n <= count; n++) {
            transaction.objectStore('outbox').add({
              accountId,
              roomId,
              room: name,
              body: `Waiting ${n}`,
              clientMessageId: crypto.randomUUID(),
              createdAt: Date.now(),
              state: 'waiting',
            });
          }
          transaction.oncomplete = () => {
            request.result.close();
            resolve();
          };
        };
      }),
    { accountId, roomId: room.id, name: room.name, count },
  );
}

test('more than a thousand messages that wait are told, kept, and delivered in order', async () => {
  const { user, room, visitor, line } = await reader(true);
  const here = await openRoom(visitor, room.name);
  const { page } = here;
  await page.getByText('Reconnecting…').waitFor();
  await fillOutbox(page, user.id, room, 1_000);
  await page.reload();
  await here.message('Waiting 1000').waitFor();
  const notice = page.getByRole('status').filter({ hasText: 'wait to be sent' });
  expect(await notice.count()).toBe(0);
  await send(here, 'One more');
  await notice.getByText('1,001 messages wait to be sent. All of them are kept.').waitFor();
  await line.mend();
  // One after the other, each acknowledged before the next: that takes its time.
  await page.locator('[id^="m-"]').filter({ hasText: 'One more' }).waitFor({ timeout: 60_000 });
  await notice.waitFor({ state: 'detached' });
  expect(await stored(room.id)).toEqual([...numbers(1, 1_000).map((n) => `Waiting ${n}`), 'One more']);
});

test.each([
  ['answers with its own page', { status: 200, contentType: 'text/html', body: '<h1>Pay for the network</h1>' }],
  ['redirects', { status: 302, headers: { location: 'http://portal.example/' } }],
  ['forbids', { status: 401, contentType: 'text/html', body: '<h1>Sign in to the network</h1>' }],
])('a network that %s is waited out', async (_, portal) => {
  const { room, visitor, line } = await reader();
  visitor.tolerate(/portal\.example/, /401/, /CORS/, /ERR_FAILED/, /ERR_NAME_NOT_RESOLVED/);
  const here = await (await openRoom(visitor, room.name)).live();
  const { page } = here;
  const captive = /\/(socket\.io\/|api\/|user$)/;
  await page.route(captive, (route) => route.fulfill(portal));
  line.cut();
  await page.getByText('Reconnecting…').waitFor();
  await send(here, 'Kept in the train');
  await waits(here, 'Kept in the train');
  await page.waitForTimeout(2_000);
  expect(new URL(page.url()).pathname).toBe(`/chat/${room.name}`);
  await waits(here, 'Kept in the train');
  expect(await here.composer.isVisible()).toBe(true);
  await page.unroute(captive);
  await line.mend();
  await here.sees('Kept in the train');
  expect(await stored(room.id)).toEqual(['Kept in the train']);
});

describe('a message that is refused for good', () => {
  test('stays with its reason, Retry and Delete in both tabs, over a reload', async () => {
    const { room, visitor, line } = await reader();
    let refusing = true;
    line.onSend = (frame, socket) => {
      const call = /^42(\d+)\["message:send"/.exec(frame);
      if (!call || !refusing) return true;
      socket.send(`43${call[1]}[{"ok":false,"error":{"code":"forbidden","message":"No."}}]`);
      return false;
    };
    const here = await (await openRoom(visitor, room.name)).live();
    const there = await (await openRoom(visitor, room.name)).live();
    await send(here, 'To be sent again');
    await send(there, 'To be given up');
    for (const tab of [here, there, here, there]) {
      for (const text of ['To be sent again', 'To be given up']) {
        const refused = tab.message(text);
        await refused.getByText('You are not allowed to write here.').waitFor();
        await refused.getByRole('button', { name: 'Retry' }).waitFor();
        await refused.getByRole('button', { name: 'Delete' }).waitFor();
      }
      if (tab === there) for (const one of [here, there]) await one.page.reload();
    }
    await there.message('To be given up').getByRole('button', { name: 'Delete' }).click();
    for (const tab of [here, there]) await tab.message('To be given up').waitFor({ state: 'detached' });
    refusing = false;
    await here.message('To be sent again').getByRole('button', { name: 'Retry' }).click();
    for (const tab of [here, there]) await tab.sees('To be sent again');
    expect(await stored(room.id)).toEqual(['To be sent again']);
  });

  test('is found when its room is gone, and leads nobody else’s room to it', async () => {
    const { room, visitor, line, owner } = await reader();
    const here = await (await openRoom(visitor, room.name)).live();
    line.cut();
    await here.page.getByText('Reconnecting…').waitFor();
    await send(here, 'For a room that is gone');
    await pool().query('DELETE FROM chats WHERE id = $1', [room.id]);
    const successor = await createRoom({ owner, name: room.name });
    await line.mend();
    await here.page.getByText('This room has been deleted.').waitFor();
    await here.message('For a room that is gone').getByText('The room no longer exists.').waitFor();
    await here.page.getByRole('link', { name: '1 message not sent' }).click();
    const list = here.page.getByRole('region', { name: 'Not sent' });
    await list.getByText('For a room that is gone').waitFor();
    await list.getByText('The room no longer exists.').waitFor();
    await here.page.reload();
    await list.getByRole('button', { name: 'Delete' }).click();
    await list.waitFor({ state: 'detached' });
    await here.page.reload();
    await here.page.getByRole('heading', { name: 'My rooms' }).or(here.page.getByText('Welcome')).first().waitFor();
    expect(await list.count()).toBe(0);
    expect(await stored(successor.id)).toEqual([]);
  });
});

test('a room that was renamed meanwhile gets what waited, and not the one that has its name now', async () => {
  const { room, visitor, line, owner } = await reader();
  const here = await (await openRoom(visitor, room.name)).live();
  line.cut();
  await here.page.getByText('Reconnecting…').waitFor();
  await send(here, 'To the same people');
  const ownerVisitor = await house.visitorAs(owner);
  const renamed = await ownerVisitor.context.request.patch(`${house.url}/api/v1/rooms/${room.name}`, {
    data: { name: `${room.name}-renamed` },
    headers: { origin: house.url },
  });
  expect(renamed.status()).toBe(200);
  const successor = await createRoom({ owner, name: room.name });
  await writeMessages(successor, [{ author: owner, body: 'Another room altogether' }]);
  await line.mend();
  await here.sees('To the same people');
  expect(await stored(room.id)).toEqual(['To the same people']);
  expect(await stored(successor.id)).toEqual(['Another room altogether']);
  expect(await shown(here)).toEqual(['To the same people']);
});

test('what waits when the session ends goes out when the same account is back, and is nobody else’s', async () => {
  const { user, room, visitor, line } = await reader();
  const guest = await createUser();
  const here = await (await openRoom(visitor, room.name)).live();
  line.cut();
  await here.page.getByText('Reconnecting…').waitFor();
  await send(here, 'Private until sent');
  await waits(here, 'Private until sent');
  // Somebody else signs in; the tab that is still open comes back, and must not speak as them.
  await visitor.context.clearCookies();
  await visitor.signIn(guest);
  await line.mend();
  const { page } = here;
  await page.getByRole('link', { name: guest.username }).waitFor();
  await here.live();
  expect(await here.message('Private until sent').count()).toBe(0);
  await send(here, 'Said by the guest');
  await here.sees('Said by the guest');
  expect(await stored(room.id)).toEqual(['Said by the guest']);

  await visitor.context.clearCookies();
  await visitor.signIn(user);
  await page.goto(`${house.url}/chat/${room.name}`);
  await here.sees('Private until sent');
  expect(await stored(room.id)).toEqual(['Said by the guest', 'Private until sent']);
});

test('a connection that died in silence is noticed when one looks at the page again', async () => {
  const { room, visitor, line } = await reader();
  const here = await (await openRoom(visitor, room.name)).live();
  line.silence();
  await send(here, 'Into the void');
  await here.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  await here.sees('Into the void');
  expect(await stored(room.id)).toEqual(['Into the void']);
});

test('what is written without a connection while one reads the past is seen, and one is brought to it afterwards', async () => {
  const { user, owner, room, visitor, line } = await reader();
  await writeMessages(
    room,
    numbers(1, 400).map((n) => ({ author: owner, body: `Line ${n}` })),
  );
  await markRead(room, user, 400);
  const here = await (await openRoom(visitor, `${room.name}?around=10`)).live();
  const { page, log } = here;
  await page.getByRole('button', { name: 'Jump to latest' }).waitFor();
  line.cut();
  await page.getByText('Reconnecting…').waitFor();
  const place = await log.evaluate((element) => element.scrollTop);
  await send(here, 'From the past');
  const elsewhere = page.getByRole('region', { name: 'Written by you, at the end of the room' });
  await elsewhere.getByText('From the past').waitFor();
  await elsewhere.getByText('Waits for the connection').waitFor();
  expect(await log.evaluate((element) => element.scrollTop)).toBe(place);
  await line.mend();
  await here.sees('From the past');
  await elsewhere.waitFor({ state: 'detached' });
  expect((await stored(room.id)).at(-1)).toBe('From the past');
  const box = await here.message('From the past').boundingBox();
  expect(box?.y).toBeLessThan(800);
});

test('an edit keeps its text until it is saved, whatever one clicks meanwhile', async () => {
  const { user, room, visitor, line } = await reader();
  await writeMessages(room, [
    { author: user, body: 'The one' },
    { author: user, body: 'The other' },
  ]);
  const here = await (await openRoom(visitor, room.name)).live();
  const { page } = here;
  let refuse: () => void = () => undefined;
  line.onSend = (frame, socket) => {
    const call = /^42(\d+)\["message:edit"/.exec(frame);
    if (!call) return true;
    refuse = () => socket.send(`43${call[1]}[{"ok":false,"error":{"code":"unavailable","message":"Not now."}}]`);
    return false;
  };
  await here.act('The one', 'Edit message');
  const field = page.getByRole('textbox', { name: 'Edit your message' });
  await field.fill('Hard to write again');
  await field.press('Enter');
  await here.act('The other', 'Edit message');
  await field.press('Escape');
  expect(await field.inputValue()).toBe('Hard to write again');
  refuse();
  await page.getByText('Not saved. The service cannot reach its database just now.').waitFor();
  expect(await field.inputValue()).toBe('Hard to write again');
  await here.act('The other', 'Edit message');
  expect(await field.inputValue()).toBe('The other');
});

test('a deletion is asked about until it has its answer', async () => {
  const { user, room, visitor, line } = await reader();
  await writeMessages(room, [{ author: user, body: 'To go' }]);
  const here = await (await openRoom(visitor, room.name)).live();
  let refuse: () => void = () => undefined;
  line.onSend = (frame, socket) => {
    const call = /^42(\d+)\["message:delete"/.exec(frame);
    if (!call) return true;
    refuse = () => socket.send(`43${call[1]}[{"ok":false,"error":{"code":"unavailable","message":"Not now."}}]`);
    return false;
  };
  await here.act('To go', 'Delete message');
  const dialog = here.page.getByRole('dialog', { name: 'Delete this message?' });
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await here.page.keyboard.press('Escape');
  await here.page.waitForTimeout(300);
  refuse();
  await dialog.getByText('Not deleted.').waitFor();
});

test('a refusal is announced once, found again on a phone, and leaves the focus somewhere', async () => {
  const { room, visitor, line } = await reader();
  line.onSend = (frame, socket) => {
    const call = /^42(\d+)\["message:send"/.exec(frame);
    if (call) socket.send(`43${call[1]}[{"ok":false,"error":{"code":"forbidden","message":"No."}}]`);
    return !call;
  };
  const here = await (await openRoom(visitor, room.name)).live();
  const { page } = here;
  const texts = ['One', 'Two', 'Three'];
  for (const text of texts) {
    await send(here, text);
    await here.message(text).getByRole('alert').getByText('You are not allowed to write here.').waitFor();
  }
  await page.reload();
  await here.message('Three').getByText('You are not allowed to write here.').waitFor();
  expect(await here.message('Three').getByRole('alert').count()).toBe(0);
  await here.message('Three').getByRole('button', { name: 'Retry' }).click();
  await here.message('Three').getByRole('alert').waitFor();
  await here.message('Three').getByRole('button', { name: 'Delete' }).click();
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  expect(await here.composer.evaluate((field) => field === document.activeElement)).toBe(true);

  await page.setViewportSize({ width: 360, height: 740 });
  const status = page.locator('header').getByRole('status').getByText('2 messages not sent');
  await status.waitFor();
  await page.getByRole('button', { name: 'Open the list of rooms' }).click();
  await page.getByRole('link', { name: '2 messages not sent' }).click();
  const list = page.getByRole('region', { name: 'Not sent' });
  await list.getByRole('button', { name: 'Delete' }).first().click();
  expect(await focused()).toBe('Not sent');
  await list.getByRole('button', { name: 'Delete' }).click();
  await list.waitFor({ state: 'detached' });
  expect(await page.getByRole('main').evaluate((main) => main === document.activeElement)).toBe(true);
});
