import { expect, it } from 'vitest';
import { Gate } from '@/lib/realtime/gate';
import { pool } from '@/lib/db';
import { createRoom } from '../factories';
import { createPerson } from '../harness/people';

it('asks once more where somebody came in while it asked', async () => {
  const [anna, boris] = await Promise.all([createPerson(), createPerson()]);
  const room = await createRoom({ owner: anna, members: [boris] });
  await pool().query('UPDATE memberships SET removed_at = now() WHERE room_id = $1 AND user_id = $2', [
    room.id,
    boris.id,
  ]);
  await pool().query('UPDATE chats SET closings = closings + 1 WHERE id = $1', [room.id]);
  const here = [anna];
  const left: string[] = [];
  const gate = new Gate(room.id, {
    here: () => here,
    left: ({ username }) => left.push(username),
    cleared: () => gate.admits(1),
  });
  expect(gate.admits(1)).toBe(false);
  // Let in by what was read before the removal.
  here.push(boris);
  await expect.poll(() => left).toContain(boris.username);
  here.pop();
  await expect.poll(() => gate.admits(1)).toBe(true);
});
