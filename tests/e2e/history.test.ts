import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { createRoom, createUser, markRead, writeMessages } from '../factories';
import { useHouse } from '../harness/house';
import { RoomPage } from '../harness/room-page';

const house = useHouse();

const COUNT = 600;
/** Milliseconds that the server's answers take: what is measured is the page that arrives, not the scrolling before it. */
const DELAY = 500;

/** Bodies of very different heights, so that no estimate can be right by chance. */
function body(number: number): string {
  return `Message ${number}${'\nanother line'.repeat((number * 7) % 5)}${' and words'.repeat((number * 13) % 60)}`;
}

async function roomWithHistory() {
  const [reader, writer] = await Promise.all([createUser(), createUser()]);
  const room = await createRoom({ owner: writer, members: [reader] });
  await writeMessages(
    room,
    Array.from({ length: COUNT }, (_, index) => ({
      author: index % 3 === 0 ? reader : writer,
      body: body(index + 1),
      createdAt: new Date(Date.now() - (COUNT - index) * 600_000),
    })),
  );
  await markRead(room, reader, COUNT);
  return { room, reader, writer };
}

async function delayAnswers(page: Page): Promise<void> {
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer();
    server.onMessage((message) => void setTimeout(() => socket.send(message), DELAY));
  });
}

interface Watched {
  /** the message that was first in view, and how far it moved at most while older ones came, in pixels */
  seq: number;
  moved: number;
  grown: boolean;
}

/** Watches, frame by frame, the first message in view until older messages have come in above it. */
function watchPlace(page: Page): Promise<Watched> {
  return page.getByRole('log').evaluate(
    (log) =>
      new Promise<Watched>((resolve) => {
        const edge = log.getBoundingClientRect().top;
        const first = [...log.querySelectorAll('article')].find(
          (article) => article.getBoundingClientRect().bottom > edge + 1,
        );
        const id = first?.id ?? '';
        const top = first?.getBoundingClientRect().top ?? 0;
        const height = log.scrollHeight;
        const begun = performance.now();
        let moved = 0;
        let grownAt: number | null = null;
        const look = () => {
          const now = document.getElementById(id)?.getBoundingClientRect().top;
          moved = Math.max(moved, now === undefined ? Number.POSITIVE_INFINITY : Math.abs(now - top));
          if (grownAt === null && log.scrollHeight > height + 500) grownAt = performance.now();
          const waited = performance.now() - (grownAt ?? begun);
          if (waited > (grownAt === null ? 3_000 : 400))
            resolve({ seq: Number(id.slice(2)), moved, grown: grownAt !== null });
          else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
      }),
  );
}

/** Waits until nothing has moved for a while: a turn of the wheel takes many frames. */
function rest(page: Page): Promise<void> {
  return page.getByRole('log').evaluate(
    (log) =>
      new Promise<void>((resolve) => {
        let since = performance.now();
        let top = log.scrollTop;
        const look = () => {
          if (log.scrollTop !== top) since = performance.now();
          top = log.scrollTop;
          if (performance.now() - since > 120) resolve();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}

/** Turns the wheel until the history's loaded part is nearly at its end, and lets the scrolling come to rest. */
async function scrollUp(page: Page): Promise<void> {
  await page.getByRole('log').hover();
  const left = () => page.getByRole('log').evaluate((log) => log.scrollTop);
  for (let top = await left(); top > 1_400; top = await left()) {
    await page.mouse.wheel(0, Math.max(-4_000, 1_200 - top));
    await rest(page);
  }
}

test('older messages load while one scrolls up, and the place one reads does not move', async () => {
  const { room, reader } = await roomWithHistory();
  const visitor = await house.visitorAs(reader);
  const page = await visitor.context.newPage();
  await delayAnswers(page);
  await page.goto(`${house.url}/chat/${room.name}`);
  const here = await new RoomPage(page).live();
  await here.sees(`Message ${COUNT}`);

  const watched: Watched[] = [];
  while (watched.length < 4) {
    await scrollUp(page);
    watched.push(await watchPlace(page));
  }
  expect(watched.every(({ grown }) => grown)).toBe(true);
  expect(Math.max(...watched.map(({ moved }) => moved))).toBeLessThanOrEqual(1);
  expect(watched.at(-1)?.seq).toBeLessThan(watched[0]?.seq ?? 0);

  // To the very beginning, where the list stays small however long it has become.
  await expect
    .poll(
      async () => {
        await page.mouse.wheel(0, -5_000);
        return page.locator('#m-1').isVisible();
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  await page.getByText(`${room.name} begins here.`).waitFor();
  expect(await here.log.getByRole('article').count()).toBeLessThan(120);

  await page.getByRole('button', { name: /^Jump to latest/ }).click();
  await page.locator(`#m-${COUNT}`).waitFor();
});

test('the place stays while messages above it are edited to another height', async () => {
  const { room, reader, writer } = await roomWithHistory();
  const visitor = await house.visitorAs(reader);
  const here = await new RoomPage(await visitor.open(`/chat/${room.name}`)).live();
  await here.log.hover();
  await here.page.mouse.wheel(0, -1_500);
  await rest(here.page);
  const anchor = await here.log.evaluate((log) => {
    const edge = log.getBoundingClientRect().top;
    const inView = [...log.querySelectorAll('article')].find(
      (article) => article.getBoundingClientRect().top > edge + 50,
    );
    return inView?.id ?? '';
  });
  const position = async () => (await here.page.locator(`#${anchor}`).boundingBox())?.y;
  const before = await position();
  const author = await house.visitorAs(writer);
  const above = Number(anchor.slice(2)) - 2;
  const seq = above % 3 === 1 ? above - 1 : above;
  const answer = await author.context.request.patch(`${house.url}/api/v1/rooms/${room.name}/messages/${seq}`, {
    data: { body: 'Now it is long.\n'.repeat(12) },
    headers: { origin: house.url },
  });
  expect(answer.status()).toBe(200);
  await expect.poll(() => here.message('Now it is long.').count()).toBe(1);
  expect(Math.abs(((await position()) ?? 0) - (before ?? 0))).toBeLessThanOrEqual(1);
});

test('a draft is kept for each room, across reloads, and goes when it is sent', async () => {
  const user = await createUser();
  const [one, other] = await Promise.all([createRoom({ owner: user }), createRoom({ owner: user })]);
  const visitor = await house.visitorAs(user);
  const here = await new RoomPage(await visitor.open(`/chat/${one.name}`)).live();
  await here.composer.pressSequentially('Half a thought');
  await here.page.getByRole('navigation').getByRole('link', { name: other.name }).click();
  await here.page.getByRole('heading', { name: other.name }).waitFor();
  expect(await here.composer.inputValue()).toBe('');
  await here.page.getByRole('navigation').getByRole('link', { name: one.name }).click();
  await here.page.getByRole('heading', { name: one.name }).waitFor();
  await expect.poll(() => here.composer.inputValue()).toBe('Half a thought');
  await here.page.reload();
  await here.live();
  expect(await here.composer.inputValue()).toBe('Half a thought');
  await here.say(', and the rest');
  await here.sees('Half a thought, and the rest');
  await here.page.reload();
  await here.live();
  expect(await here.composer.inputValue()).toBe('');
});

test('the field grows to ten lines, breaks lines with Shift+Enter, and says what is too long', async () => {
  const user = await createUser();
  const room = await createRoom({ owner: user });
  const here = await new RoomPage(await (await house.visitorAs(user)).open(`/chat/${room.name}`)).live();
  const height = async () => (await here.composer.boundingBox())?.height ?? 0;
  const single = await height();
  await here.composer.pressSequentially('one');
  await here.composer.press('Shift+Enter');
  await here.composer.pressSequentially('two');
  expect(await height()).toBeGreaterThan(single + 10);
  await here.composer.fill('line\n'.repeat(10));
  const ten = await height();
  await here.composer.fill('line\n'.repeat(40));
  expect(await height()).toBe(ten);
  expect(ten).toBeLessThan(300);

  await here.composer.fill('x'.repeat(8_001));
  await here.page.getByText('1 character too many').waitFor();
  await here.composer.press('Enter');
  expect(await here.log.getByRole('article').count()).toBe(0);
  await here.composer.fill('first line\nsecond line');
  await here.composer.press('Enter');
  await here.sees('first line');
  expect(await here.message('first line').getByRole('paragraph').first().innerText()).toBe('first line\nsecond line');
});
