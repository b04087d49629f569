import { expect, it } from 'vitest';
import { Wireless } from '@/tests/harness/wireless';
import type { Message, MessagePage } from '../contracts/entities';
import { Hub } from './hub';
import { sequenced } from './sequenced';
import { snapshotFor } from './snapshot';

const ROOM = { roomId: 1, name: 'lobby' };
const LONG_AGO = '1970-01-01T00:00:00.000Z';

const actor = (id: number) => ({
  id,
  username: `user${id}`,
  email: `user${id}@example.com`,
  role: 'user' as const,
  locale: null,
  sessionId: id,
  sessionEndsAt: Date.now() + 60_000,
});

function message(seq: number): Message {
  const never = { author: null, clientMessageId: null, editedAt: null, deletedAt: null };
  return { ...never, roomId: 1, seq, revision: seq, body: '', createdAt: LONG_AGO };
}

function pageAt(revision: number): MessagePage {
  const room = {
    id: 1,
    name: ROOM.name,
    topic: '',
    visibility: 'public' as const,
    owner: null,
    createdAt: LONG_AGO,
    lastSeq: revision,
    revision,
  };
  return { room, messages: [], hasMore: false };
}

/** A room of which a hub hears message after message, and readings of it that end when they are told to. */
function busyRoom() {
  const hub = new Hub();
  const commit = (seq: number) => hub.channel(1)?.receive(sequenced('messages:created', ROOM, [message(seq)], 0));
  function enter(id: number) {
    const connection = new Wireless(actor(id));
    hub.add(connection);
    const subscription = hub.subscribe(connection, 1, ROOM.name);
    const readings: ((page: MessagePage) => void)[] = [];
    const again = () => new Promise<MessagePage>((resolve) => readings.push(resolve));
    const entered = snapshotFor(subscription, pageAt(9), 0, again).then(({ room }) => {
      subscription.open(room.revision);
      return room.revision;
    });
    const told = () =>
      connection.sent.flatMap(({ payload }) => ('messages' in payload ? payload.messages.map(({ seq }) => seq) : []));
    return { told, entered, answer: (revision: number) => readings.shift()?.(pageAt(revision)) };
  }
  return { hub, commit, enter };
}

it('of two who come into a room that nobody has heard, the one with the older page misses nothing', async () => {
  const { hub, commit, enter } = busyRoom();
  const [late, early] = [enter(1), enter(2)];
  commit(10);
  commit(11);
  early.answer(11);
  await early.entered;
  late.answer(10);
  await new Promise((resolve) => setImmediate(resolve));
  late.answer(11);
  const from = await late.entered;
  commit(12);
  expect(early.told()).toEqual([12]);
  // Everything above its page, whichever page it was given.
  expect(late.told()).toEqual([11, 12].filter((seq) => seq > from));
  hub.close();
});

it('what is told between a page and its answer is heard by all who came in together', async () => {
  const { hub, commit, enter } = busyRoom();
  const [one, other] = [enter(1), enter(2)];
  one.answer(10);
  other.answer(10);
  commit(11);
  await Promise.all([one.entered, other.entered]);
  commit(12);
  expect([one.told(), other.told()]).toEqual([
    [11, 12],
    [11, 12],
  ]);
  hub.close();
});

it('a room that only gets older is given up', async () => {
  const { hub, enter } = busyRoom();
  const first = enter(1);
  first.answer(20);
  await first.entered;
  const second = enter(2);
  const outcome = expect(second.entered).rejects.toMatchObject({ code: 'unavailable' });
  for (let attempt = 0; attempt < 10; attempt++) {
    second.answer(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await outcome;
  hub.close();
});
