import { hashSync } from 'bcryptjs';
import { usernameSkeleton } from '@/lib/auth/names';
import { pool } from '@/lib/db';
import { prisma } from '@/lib/prisma';
import type { Room, User } from '@/generated/prisma/client';

/** What every account made here signs in with, unless it is given another. */
export const PASSWORD = 'correct horse battery';

const hashes = new Map<string, string>();

/** Hashing once is enough: these accounts guard nothing. */
function hashOf(password: string, cost: number): string {
  const key = `${cost}:${password}`;
  const hash = hashes.get(key) ?? hashSync(password, cost);
  hashes.set(key, hash);
  return hash;
}

let counter = 0;

interface UserOptions {
  username?: string;
  email?: string;
  password?: string;
  role?: 'user' | 'administrator';
  locale?: 'en' | 'ru';
  createdAt?: Date;
  suspendedAt?: Date;
  /** of the password's hash */
  cost?: number;
}

/** Stores an account, by default one that nobody else has the name of. */
export function createUser(options: UserOptions = {}): Promise<User> {
  const username = options.username ?? `person-${++counter}`;
  const { password = PASSWORD, cost = 4, email = `${username.toLowerCase()}@example.org`, ...rest } = options;
  return prisma().user.create({
    data: {
      ...rest,
      email,
      username,
      usernameSkeleton: usernameSkeleton(username),
      hashedPassword: hashOf(password, cost),
    },
  });
}

interface RoomOptions {
  owner: Pick<User, 'id' | 'email'>;
  name?: string;
  topic?: string;
  visibility?: 'public' | 'private';
  members?: Pick<User, 'id'>[];
  createdAt?: Date;
}

/** Stores a room with its owner and members. */
export function createRoom({ owner, members = [], name = `room-${++counter}`, ...rest }: RoomOptions): Promise<Room> {
  const joinedAt = rest.createdAt;
  return prisma().room.create({
    data: {
      ...rest,
      ...(joinedAt && { lastActivityAt: joinedAt }),
      name,
      ownerId: owner.email,
      memberships: {
        create: [
          { userId: owner.id, role: 'owner', ...(joinedAt && { joinedAt }) },
          ...members.map((member) => ({ userId: member.id, ...(joinedAt && { joinedAt }) })),
        ],
      },
    },
  });
}

export interface WrittenMessage {
  author: Pick<User, 'id'>;
  body: string;
  createdAt?: Date;
}

/** Writes messages at the end of a room, numbered as the service would number them; nobody has read them yet. */
export async function writeMessages(room: Pick<Room, 'id'>, messages: readonly WrittenMessage[]): Promise<void> {
  const last = messages.at(-1);
  if (!last) return;
  const times = messages.map(({ createdAt }) => createdAt ?? new Date());
  await pool().query(
    `WITH counted AS (
       UPDATE chats SET last_seq = last_seq + $2, revision = revision + $2, last_activity_at = $6
       WHERE id = $1 RETURNING last_seq - $2 AS seq, revision - $2 AS revision
     )
     INSERT INTO messages (room_id, seq, revision, author_id, body, created_at)
     SELECT $1, c.seq + t.n, c.revision + t.n, t.author_id, t.body, t.created_at
     FROM counted c, unnest($3::int[], $4::text[], $5::timestamptz[]) WITH ORDINALITY AS t(author_id, body, created_at, n)`,
    [
      room.id,
      messages.length,
      messages.map(({ author }) => author.id),
      messages.map(({ body }) => body),
      times,
      times.at(-1),
    ],
  );
}

/** Says how far a member has read. */
export async function markRead(room: Pick<Room, 'id'>, user: User, lastReadSeq: number): Promise<void> {
  await prisma().membership.update({
    where: { roomId_userId: { roomId: room.id, userId: user.id } },
    data: { lastReadSeq },
  });
}
