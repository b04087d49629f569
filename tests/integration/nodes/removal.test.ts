import { beforeAll, describe, expect, it } from 'vitest';
import { pool } from '@/lib/db';
import { createPerson } from '../../harness/people';
import { canTest, onStage, PROTOCOLS } from './stage';

const stage = onStage(3);
/** Removals of each protocol, each while both other nodes write into the room. */
const TRIES = 25;

interface Seen {
  revision: number;
}

/** How far the room had come when somebody was removed: its row is locked by then, so whatever has a higher revision was committed later. */
async function noteRemovals(): Promise<void> {
  await pool().query(`
    CREATE TABLE removals (room_id int, revision int, number serial);
    CREATE FUNCTION note_removal() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN INSERT INTO removals SELECT id, revision FROM chats WHERE id = NEW.room_id; RETURN NEW; END $$;
    CREATE TRIGGER note_removal AFTER UPDATE OF removed_at ON memberships
      FOR EACH ROW WHEN (NEW.removed_at IS NOT NULL) EXECUTE FUNCTION note_removal()`);
}

async function lastRemoval(roomId: number): Promise<number> {
  const { rows } = await pool().query<{ revision: number }>(
    'SELECT revision FROM removals WHERE room_id = $1 ORDER BY number DESC LIMIT 1',
    [roomId],
  );
  return rows[0]?.revision ?? 0;
}

beforeAll(noteRemovals);

describe.skipIf(!canTest)('a member who is removed on one node', () => {
  it.each(PROTOCOLS)(
    'hears nothing over %s, on another, that was committed after it',
    { timeout: 120_000 },
    async (protocol) => {
      const [owner, member, busy] = [await createPerson(), await createPerson(), await createPerson()];
      const room = await stage.room(owner, member, busy);
      const removing = await stage.connect(0, owner);
      const speakers = [await stage.connect(2, busy), await stage.connect(1, busy), await stage.connect(0, busy)];
      let over = false;
      const speaking = speakers.map(async (speaker) => {
        while (!over) expect((await speaker.call('message:send', { room: room.name, body: 'x' })).ok).toBe(true);
      });
      for (let round = 0; round < TRIES; round++) {
        const listener = await stage.join(protocol, 1, member, room.name);
        await listener.facts.wait('messages:created');
        expect((await removing.call('member:remove', { room: room.name, username: member.username })).ok).toBe(true);
        await listener.facts.wait('room:removed');
        await new Promise((resolve) => setTimeout(resolve, 100));
        const told = listener.facts.of('messages:created').flatMap(({ messages }) => messages as Seen[]);
        expect(Math.max(...told.map(({ revision }) => revision))).toBeLessThanOrEqual(await lastRemoval(room.id));
        expect((await removing.call('member:add', { room: room.name, username: member.username })).ok).toBe(true);
        await listener.close();
      }
      over = true;
      await Promise.all(speaking);
    },
  );
});
