import type { Prisma, User as UserRow } from '@/generated/prisma/client';
import type { Room } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { prisma } from '../db';
import type { RoomAccess } from './access';
import { publish } from './publish';
import { nameTaken } from './rooms';

/** What may be changed of a room; what is not named stays. */
export interface RoomChanges {
  name?: string | undefined;
  topic?: string | undefined;
  /** the username of the next owner */
  owner?: string | undefined;
}

type Transaction = Prisma.TransactionClient;

/** The old name stays behind as an address; a name that another room had before is this one's from now on. */
async function rename(tx: Transaction, roomId: number, name: string): Promise<void> {
  const room = await tx.room.findUniqueOrThrow({ where: { id: roomId } });
  if (room.name === name) return;
  await tx.room.update({ where: { id: roomId }, data: { name } });
  await tx.formerName.deleteMany({ where: { name } });
  await tx.formerName.upsert({ where: { name: room.name }, create: { name: room.name, roomId }, update: { roomId } });
}

/** @returns the next owner, and whether they were no member before */
async function handOver(tx: Transaction, roomId: number, username: string): Promise<{ user: UserRow; isNew: boolean }> {
  // Not Prisma's case-insensitive `equals`: that is ILIKE, to which `_` and `%` are anybody.
  const [found] = await tx.$queryRaw<{ email: string }[]>`
    SELECT email FROM users WHERE lower(username) = lower(${username})`;
  const user = found && (await tx.user.findUnique({ where: { email: found.email } }));
  if (!user)
    throw new AppError('not_found', 'There is no such user.', {
      errors: [{ path: 'owner', message: 'There is no such user.' }],
    });
  const key = { roomId_userId: { roomId, userId: user.id } };
  const member = await tx.membership.findUnique({ where: key });
  await tx.membership.updateMany({ where: { roomId, role: 'owner' }, data: { role: 'member' } });
  const { lastSeq } = await tx.room.update({ where: { id: roomId }, data: { ownerId: user.email } });
  await tx.membership.upsert({
    where: key,
    create: { roomId, userId: user.id, role: 'owner', lastReadSeq: lastSeq },
    update: { role: 'owner', removedAt: null },
  });
  return { user, isNew: member?.removedAt !== null };
}

/**
 * Changes a room's name, topic or owner, all or nothing.
 *
 * @throws AppError `conflict` for a name that is taken, `not_found` for an owner who is nobody, or a room that is gone meanwhile
 */
export async function updateRoom({ room }: RoomAccess, changes: RoomChanges): Promise<{ room: Room }> {
  const { name, topic, owner } = changes;
  try {
    const { row, heir } = await prisma().$transaction(async (tx) => {
      // One change of a room at a time: the old name that is kept must be the one that is replaced.
      const held = await tx.$queryRaw<unknown[]>`SELECT id FROM chats WHERE id = ${room.id} FOR UPDATE`;
      if (held.length === 0) throw new AppError('not_found', 'There is no such room.');
      if (name !== undefined) await rename(tx, room.id, name);
      if (topic !== undefined) await tx.room.update({ where: { id: room.id }, data: { topic } });
      const heir = owner === undefined ? undefined : await handOver(tx, room.id, owner);
      return { row: await tx.room.findUniqueOrThrow({ where: { id: room.id }, include: { owner: true } }), heir };
    });
    const changed: Room = {
      ...room,
      name: row.name,
      topic: row.topic,
      owner: row.owner && { id: row.owner.id, username: row.owner.username },
      lastSeq: row.lastSeq,
      revision: row.revision,
    };
    if (heir?.isNew) {
      const user = { id: heir.user.id, username: heir.user.username };
      publish({ type: 'member:added', roomId: room.id, room: changed.name, user });
      publish({ type: 'room:added', room: changed, userId: user.id });
    }
    publish({ type: 'room:updated', room: changed });
    return { room: changed };
  } catch (error) {
    throw nameTaken(error);
  }
}
