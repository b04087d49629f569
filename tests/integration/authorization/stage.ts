import { prisma } from '@/lib/prisma';
import { hashLinkToken, newLinkToken } from '@/lib/link-token';
import { createRoom, writeMessages } from '../../factories';
import { createPerson, type Person } from '../../harness/people';

/** Who somebody is to a room, and to the service: the columns of the table. */
export const STANDINGS = [
  'anonymous',
  'non-member',
  'member',
  'owner',
  'removed',
  'administrator',
  'suspended',
] as const;
export type Standing = (typeof STANDINGS)[number];

export const VISIBILITIES = ['public', 'private'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

/** A room of its own, and everybody who may want something of it; made anew for each cell, because most cells change it. */
export interface Stage {
  room: string;
  roomId: number;
  /** null: without credentials */
  people: Record<Standing, Person | null>;
  /** who does it */
  actor: Person | null;
  standing: Standing;
  /** a member beside whoever acts, to whom things are done */
  other: Person;
  /** the number of a message that the actor wrote where they could have, else of the owner's */
  seq: number;
  /** a link into the room that the owner made, and one to the service alone */
  invitation: Invitation;
  serviceInvitation: Invitation;
}

interface Invitation {
  id: number;
  token: string;
}

let counter = 0;

/** Somebody who would be this to any room, but for belonging to it. */
async function personOf(standing: Standing): Promise<Person | null> {
  if (standing === 'anonymous') return null;
  const person = await createPerson(standing === 'administrator' ? { role: 'administrator' } : {});
  // Suspended while being a member, with a session that was good: all that is left of it is a token.
  if (standing === 'suspended')
    await prisma().user.update({ where: { id: person.id }, data: { suspendedAt: new Date() } });
  return person;
}

async function invite(createdById: number, roomId: number | null): Promise<Invitation> {
  const token = newLinkToken();
  const expiresAt = new Date(Date.now() + 3_600_000);
  const data = { tokenHash: hashLinkToken(token), roomId, createdById, expiresAt };
  return { ...(await prisma().invitation.create({ data })), token };
}

/** Makes a room with one of each standing, seen by one of them. */
export async function makeStage(standing: Standing, visibility: Visibility): Promise<Stage> {
  const found = await Promise.all(STANDINGS.map(async (each) => [each, await personOf(each)] as const));
  const people = Object.fromEntries(found) as Stage['people'];
  const { owner, member, suspended, removed, administrator } = people;
  if (!owner || !member || !suspended || !removed || !administrator) throw new Error('The stage is incomplete');
  const other = await createPerson();
  const name = `matrix-${++counter}`;
  const { id } = await createRoom({ owner, name, members: [member, suspended, removed, other] });
  await prisma().room.update({ where: { id }, data: { visibility } });
  const actor = people[standing];
  const authored = standing === 'member' || standing === 'removed' || standing === 'suspended' ? actor : owner;
  await writeMessages({ id }, [{ author: authored ?? owner, body: 'written before' }]);
  await prisma().membership.update({
    where: { roomId_userId: { roomId: id, userId: removed.id } },
    data: { removedAt: new Date() },
  });
  const invitation = await invite(owner.id, id);
  const serviceInvitation = await invite(administrator.id, null);
  return { room: name, roomId: id, people, actor, standing, other, seq: 1, invitation, serviceInvitation };
}
