import { authenticate } from '@/lib/auth/credentials';
import { dispatch } from '@/lib/chat/commands';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '@/lib/contracts/entities';
import { writeMessages } from '../../factories';
import { TRANSPORT_NAMES, type ContractClient } from '../../harness/clients';
import { createPerson, type Person } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();
let anna: Person;
/** 250 messages; number 10 edited (251), number 20 deleted (252) */
let long: string;
/** 40 messages of 32 kB each */
let heavy: string;

function fill(room: { id: number }, bodies: string[]): Promise<void> {
  return writeMessages(
    room,
    bodies.map((body) => ({ author: anna, body })),
  );
}

beforeAll(async () => {
  anna = await createPerson();
  const longRoom = await world.room(anna);
  await fill(
    longRoom,
    Array.from({ length: 250 }, (_, index) => `message ${index + 1}`),
  );
  long = longRoom.name;
  const heavyRoom = await world.room(anna);
  await fill(
    heavyRoom,
    Array.from({ length: 40 }, () => '😀'.repeat(8_000)),
  );
  heavy = heavyRoom.name;
  const client = await world.client('REST', anna);
  await client.call('message:edit', { room: long, seq: 10, body: 'edited' });
  await client.call('message:delete', { room: long, seq: 20 });
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const seqs = (messages: Message[] | undefined) => messages?.map(({ seq }) => seq);

describe.each(TRANSPORT_NAMES)('history over %s', (transport) => {
  let client: ContractClient;
  let empty: string;
  beforeAll(async () => {
    client = await world.client(transport, anna);
    empty = (await world.room(anna)).name;
  });
  const list = (fields: Record<string, unknown>, room = long) => client.call('message:list', { room, ...fields });

  it.each<[Record<string, unknown>, number[], boolean, boolean?]>([
    [{}, range(201, 250), true],
    [{ limit: 200 }, range(51, 250), true],
    [{ limit: 1 }, [250], true],
    [{ before: 201 }, range(151, 200), true],
    [{ before: 31 }, range(1, 30), false],
    [{ before: 51, limit: 50 }, range(1, 50), false],
    [{ before: 1 }, [], false],
    [{ before: 0 }, [], false],
    [{ before: 9_999, limit: 2 }, [249, 250], true],
    [{ after: 0, limit: 3 }, [1, 2, 3], true],
    [{ after: 200 }, range(201, 250), false],
    [{ after: 199, limit: 50 }, range(200, 249), true],
    [{ after: 250 }, [], false],
    [{ around: 100, limit: 5 }, range(98, 102), true, true],
    [{ around: 100, limit: 4 }, range(99, 102), true, true],
    [{ around: 100, limit: 1 }, [100], true, true],
    [{ around: 1, limit: 4 }, [1, 2, 3], false, true],
    [{ around: 0, limit: 1 }, [1], false, true],
    [{ around: 250, limit: 4 }, [249, 250], true, false],
    [{ around: 9_999, limit: 4 }, [249, 250], true, false],
  ])('lists %j', async (fields, expected, hasMore, hasMoreAfter) => {
    const answer = await list(fields);
    expect(answer.ok).toBe(true);
    expect(seqs(answer.messages)).toEqual(expected);
    expect(answer.hasMore).toBe(hasMore);
    if (hasMoreAfter !== undefined) expect(answer.hasMoreAfter).toBe(hasMoreAfter);
    expect(answer.room).toMatchObject({ name: long, lastSeq: 250, revision: 252 });
  });

  it('gives every change after a revision, in the order of the changes', async () => {
    const answer = await list({ since: 248 });
    expect(answer.messages?.map(({ seq, revision }) => [seq, revision])).toEqual([
      [249, 249],
      [250, 250],
      [10, 251],
      [20, 252],
    ]);
    expect(answer.messages?.at(-2)).toMatchObject({ body: 'edited', deletedAt: null });
    expect(answer.messages?.at(-1)).toMatchObject({
      body: '',
      editedAt: null,
      deletedAt: expect.any(String) as string,
    });
    expect(answer.hasMore).toBe(false);
    expect(await list({ since: 252 })).toMatchObject({ messages: [], hasMore: false });
    expect(await list({ since: 0, limit: 2 })).toMatchObject({ messages: [{ seq: 1 }, { seq: 2 }], hasMore: true });
  });

  it('goes on where a page ended until there is no more', async () => {
    const seen: number[] = [];
    for (let after = 0, more = true; more;) {
      const page = await list({ after, limit: 90 });
      seen.push(...(seqs(page.messages) ?? []));
      after = seen.at(-1) ?? 0;
      more = page.hasMore ?? false;
    }
    expect(seen).toEqual(range(1, 250));
  });

  it('has empty pages of an empty room', async () => {
    for (const fields of [{}, { before: 5 }, { after: 0 }, { since: 0 }, { around: 7 }]) {
      expect(await list(fields, empty)).toMatchObject({ ok: true, messages: [], hasMore: false });
    }
  });

  it.each([
    [{ limit: 0 }, 'limit'],
    [{ limit: 201 }, 'limit'],
    [{ limit: -1 }, 'limit'],
    [{ limit: 1.5 }, 'limit'],
    [{ limit: 'many' }, 'limit'],
    [{ before: -1 }, 'before'],
    [{ before: 'x' }, 'before'],
    [{ after: 1.5 }, 'after'],
    [{ after: 251 }, 'after'],
    [{ since: 253 }, 'since'],
    [{ since: 1e15 }, 'since'],
    [{ around: -2 }, 'around'],
    [{ before: 3_000_000_000 }, 'before'],
  ])('refuses %j', async (fields, path) => {
    expect((await list(fields)).error).toMatchObject({ code: 'unprocessable', errors: [{ path }] });
  });

  it.each([
    { before: 5, after: 1 },
    { since: 1, after: 1 },
    { around: 1, before: 9 },
    { before: 1, after: 1, around: 1, since: 1 },
  ])('refuses two places: %j', async (fields) => {
    expect((await list(fields)).error?.code).toBe('unprocessable');
  });

  it.each<[Record<string, unknown>, 'first' | 'last' | 'middle']>([
    [{ limit: 40 }, 'last'],
    [{ after: 0, limit: 40 }, 'first'],
    [{ since: 0, limit: 40 }, 'first'],
    [{ before: 41, limit: 40 }, 'last'],
    [{ around: 20, limit: 40 }, 'middle'],
  ])('keeps a page of large messages within 256 KiB: %j', async (fields, side) => {
    const { messages = [], hasMore, hasMoreAfter } = await list(fields, heavy);
    expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThanOrEqual(256 * 1024);
    expect(messages.length).toBeGreaterThanOrEqual(7);
    const [first, last] = [messages[0]?.seq ?? 0, messages.at(-1)?.seq ?? 0];
    expect(seqs(messages)).toEqual(range(first, last));
    expect(hasMore).toBe(true);
    if (side === 'first') expect(first).toBe(1);
    if (side === 'last') expect(last).toBe(40);
    if (side === 'middle') {
      expect(seqs(messages)).toContain(20);
      expect(hasMoreAfter).toBe(true);
    }
  });

  it('changes nothing by reading', async () => {
    const stranger = await createPerson();
    const reader = await world.client(transport === 'plain WebSocket' ? 'REST' : transport, stranger);
    const { room } = await reader.call('message:list', { room: long });
    const last = room?.lastSeq ?? 0;
    expect(await reader.call('room:read', { room: long, seq: last - 1 })).toMatchObject({ ok: true, unread: 1 });
    for (const seq of [-1, last + 1]) {
      expect((await reader.call('room:read', { room: long, seq })).error?.code).toBe('unprocessable');
    }
    const { rooms } = await dispatch(await authenticate({ kind: 'bearer', token: stranger.token }), 'room:list', {});
    expect(rooms).toEqual([]);
  });
});
