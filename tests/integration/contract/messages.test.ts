import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { BEHIND_NGINX } from '../../harness/behind-nginx';
import { TRANSPORT_NAMES, type ContractClient } from '../../harness/clients';
import { createPerson, type Person } from '../../harness/people';
import { inWorld } from './world';

const world = inWorld();
let anna: Person;
let boris: Person;
let chief: Person;

beforeAll(async () => {
  [anna, boris, chief] = await Promise.all([createPerson(), createPerson(), createPerson({ role: 'administrator' })]);
});

async function stored(roomId: number): Promise<number> {
  const { rows } = await pool().query<{ n: number }>('SELECT count(*)::int AS n FROM messages WHERE room_id = $1', [
    roomId,
  ]);
  return rows[0]?.n ?? -1;
}

describe.each(TRANSPORT_NAMES)('messages over %s', (transport) => {
  let client: ContractClient;
  let other: ContractClient;
  let admin: ContractClient;
  let room: string;
  let roomId: number;
  beforeAll(async () => {
    client = await world.client(transport, anna);
    other = await world.client(transport, boris);
    admin = await world.client(transport, chief);
    ({ name: room, id: roomId } = await world.room(anna, boris));
  });

  const send = (body: unknown, more: Record<string, unknown> = {}) =>
    client.call('message:send', { room, body, ...more });

  it('answers a message with everything the contract says of it', async () => {
    const before = (await client.call('message:list', { room })).room;
    const { ok, message } = await send('hi');
    expect(ok).toBe(true);
    expect(message).toEqual({
      roomId,
      seq: (before?.lastSeq ?? 0) + 1,
      revision: (before?.revision ?? 0) + 1,
      author: { id: anna.id, username: anna.username },
      body: 'hi',
      clientMessageId: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      editedAt: null,
      deletedAt: null,
    });
  });

  it.each([
    ['CRLF becomes LF', 'a\r\nb\r\nc', 'a\nb\nc'],
    ['trailing white space goes', '  a \t\n\u00a0', '  a'],
    ['HTML stays text', '<b>&amp;</b><script>alert(1)</script>', '<b>&amp;</b><script>alert(1)</script>'],
    ['8,000 code points', 'я'.repeat(8_000), 'я'.repeat(8_000)],
    ['8,000 astral code points', '😀'.repeat(8_000), '😀'.repeat(8_000)],
    ['white space beyond them does not count', `${'a'.repeat(8_000)}\n`, 'a'.repeat(8_000)],
    ['combining and control characters', 'e\u0301\u202e\u0007', 'e\u0301\u202e\u0007'],
  ])('takes a body: %s', async (_title, body, expected) => {
    const { message } = await send(body);
    expect(message?.body).toBe(expected);
    const { messages } = await client.call('message:list', { room, limit: 1 });
    expect(messages).toEqual([message]);
  });

  it.each([
    ['empty', ''],
    ['only white space', ' \r\n\t\u00a0'],
    ['8,001 code points', 'я'.repeat(8_001)],
    ['8,001 astral code points', '😀'.repeat(8_001)],
    ['NUL', 'a\0b'],
    ['an unpaired surrogate', 'a\ud800b'],
    ['missing', undefined],
    ['null', null],
    ['a number', 7],
    ['an array', ['hi']],
    ['an object', { text: 'hi' }],
  ])('refuses a body: %s', async (_title, body) => {
    const before = await stored(roomId);
    const { ok, error } = await send(body);
    expect(ok).toBe(false);
    expect(error?.code).toBe('unprocessable');
    expect(error?.errors?.map(({ path }) => path)).toEqual(['body']);
    expect(await stored(roomId)).toBe(before);
  });

  it('refuses a field that it does not know, and names it', async () => {
    const { error } = await send('hi', { colour: 'red' });
    expect(error).toMatchObject({ code: 'unprocessable', errors: [{ path: 'colour' }] });
  });

  describe('clientMessageId', () => {
    it('makes a retry safe, in whatever case and with whatever body', async () => {
      const clientMessageId = randomUUID();
      const first = await send('first', { clientMessageId });
      expect(first.message).toMatchObject({ body: 'first', clientMessageId });
      expect(await send('first', { clientMessageId })).toEqual(first);
      expect(await send('other', { clientMessageId: clientMessageId.toUpperCase() })).toEqual(first);
      expect((await send('next')).message?.seq).toBe((first.message?.seq ?? 0) + 1);
    });

    it('answers a retry with the message as it now is', async () => {
      const clientMessageId = randomUUID();
      const seq = (await send('before', { clientMessageId })).message?.seq;
      const edited = await client.call('message:edit', { room, seq, body: 'after' });
      expect((await send('before', { clientMessageId })).message).toEqual(edited.message);
      const deleted = await client.call('message:delete', { room, seq });
      expect((await send('before', { clientMessageId })).message).toEqual(deleted.message);
    });

    it('counts in one room and for one user', async () => {
      const clientMessageId = randomUUID();
      const elsewhere = await world.room(anna);
      const here = await send('here', { clientMessageId });
      const there = await client.call('message:send', { room: elsewhere.name, body: 'there', clientMessageId });
      const others = await other.call('message:send', { room, body: 'mine', clientMessageId });
      expect([here, there, others].map(({ message }) => message?.body)).toEqual(['here', 'there', 'mine']);
    });

    it('stores one of many at once', async () => {
      const clientMessageId = randomUUID();
      const before = await stored(roomId);
      const answers = await Promise.all(Array.from({ length: 8 }, () => send('at once', { clientMessageId })));
      expect(new Set(answers.map(({ message }) => message?.seq)).size).toBe(1);
      expect(await stored(roomId)).toBe(before + 1);
    });

    it.each(['', 'nope', 7, {}, `{${randomUUID()}}`])('refuses %j', async (clientMessageId) => {
      const { error } = await send('hi', { clientMessageId });
      expect(error).toMatchObject({ code: 'unprocessable', errors: [{ path: 'clientMessageId' }] });
    });

    it('may be null', async () => {
      expect((await send('hi', { clientMessageId: null })).message?.clientMessageId).toBeNull();
    });
  });

  describe('editing and deleting', () => {
    it('gives the author an edited message under the next revision', async () => {
      const sent = (await send('one')).message;
      const { message } = await client.call('message:edit', { room, seq: sent?.seq, body: 'two\r\n' });
      expect(message).toEqual({
        ...sent,
        body: 'two',
        revision: (sent?.revision ?? 0) + 1,
        editedAt: expect.any(String) as string,
      });
    });

    it('lets nobody else edit: not the owner, not an administrator', async () => {
      const sent = (await other.call('message:send', { room, body: 'mine' })).message;
      for (const stranger of [client, admin]) {
        const { error } = await stranger.call('message:edit', { room, seq: sent?.seq, body: 'yours' });
        expect(error?.code).toBe('forbidden');
      }
    });

    it('empties a deleted message and keeps its place', async () => {
      const sent = (await send('gone')).message;
      const { message } = await client.call('message:delete', { room, seq: sent?.seq });
      expect(message).toEqual({
        ...sent,
        body: '',
        revision: (sent?.revision ?? 0) + 1,
        deletedAt: expect.any(String) as string,
      });
      for (const [name, fields] of [
        ['message:edit', { body: 'x' }],
        ['message:delete', {}],
      ] as const) {
        expect((await client.call(name, { room, seq: sent?.seq, ...fields })).error?.code).toBe('not_found');
      }
      expect((await client.call('message:list', { room, limit: 1 })).messages).toEqual([message]);
    });

    it('lets the owner and an administrator delete, and no other member', async () => {
      const mine = (await send('mine')).message?.seq;
      expect((await other.call('message:delete', { room, seq: mine })).error?.code).toBe('forbidden');
      expect((await admin.call('message:delete', { room, seq: mine })).ok).toBe(true);
      const theirs = (await other.call('message:send', { room, body: 'theirs' })).message?.seq;
      expect((await client.call('message:delete', { room, seq: theirs })).ok).toBe(true);
    });

    it('knows no message that was never written', async () => {
      for (const seq of [0, 99_999, 2_147_483_647]) {
        expect((await client.call('message:edit', { room, seq, body: 'x' })).error?.code).toBe('not_found');
        expect((await client.call('message:delete', { room, seq })).error?.code).toBe('not_found');
      }
    });

    it('refuses the body that sending refuses, but looks for the message first', async () => {
      const seq = (await send('stands')).message?.seq;
      expect((await client.call('message:edit', { room, seq, body: ' ' })).error?.code).toBe('unprocessable');
      expect((await other.call('message:edit', { room, seq, body: ' ' })).error?.code).toBe('forbidden');
      expect((await client.call('message:edit', { room, seq: 99_999, body: ' ' })).error?.code).toBe('not_found');
    });
  });

  it('reads forward only, and not beyond the end', async () => {
    const { name, id } = await world.room(anna, boris);
    for (let n = 0; n < 5; n++) await client.call('message:send', { room: name, body: String(n) });
    const read = (seq: unknown) => other.call('room:read', { room: name, seq });
    expect(await read(2)).toEqual({ ok: true, unread: 3 });
    expect(await read(1)).toEqual({ ok: true, unread: 3 });
    expect(await read(5)).toEqual({ ok: true, unread: 0 });
    expect(await read(0)).toEqual({ ok: true, unread: 0 });
    for (const seq of [6, -1, 1.5, 1e12, '3', null, undefined]) {
      expect((await read(seq)).error).toMatchObject({ code: 'unprocessable', errors: [{ path: 'seq' }] });
    }
    const { rows } = await pool().query('SELECT last_read_seq FROM memberships WHERE room_id = $1 AND user_id = $2', [
      id,
      anna.id,
    ]);
    expect(rows).toEqual([{ last_read_seq: 5 }]);
  });

  describe('rooms', () => {
    const somewhere: [string, string, Record<string, unknown>][] = [
      ['message:send', 'send', { body: ' ' }],
      ['message:edit', 'edit', { seq: 1, body: ' ' }],
      ['message:delete', 'delete', { seq: 1 }],
      ['message:list', 'list', { limit: 0 }],
      ['room:read', 'read', { seq: -1 }],
    ];

    it.each(somewhere)('tells %s of a room that is not there before anything else', async (name, _verb, fields) => {
      for (const address of [
        'nowhere-at-all',
        'a b!',
        '%',
        'x'.repeat(65),
        ...(BEHIND_NGINX ? [] : ['\0']),
        'a/b',
        '-'.repeat(64),
      ]) {
        expect((await client.call(name, { room: address, ...fields })).error?.code, address).toBe('not_found');
      }
    });

    it('finds a room by any spelling that becomes its name', async () => {
      const typed = `  ${room.toUpperCase()} `;
      expect((await client.call('message:send', { room: typed, body: 'hi' })).message?.roomId).toBe(roomId);
    });

    it('is made a member by sending, read up to one’s own message', async () => {
      const { name } = await world.room(boris);
      await other.call('message:send', { room: name, body: 'hello' });
      expect((await client.call('message:send', { room: name, body: 'hi' })).ok).toBe(true);
      expect(await client.call('room:read', { room: name, seq: 0 })).toEqual({ ok: true, unread: 0 });
    });
  });
});
