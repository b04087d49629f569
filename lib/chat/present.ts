import type { Member, Membership, Message, OwnRoom, Room, User } from '../contracts/entities';

/** Columns of a room with its owner, as SQL gives them. `ROOM_COLUMNS` selects exactly these. */
export interface RoomRow {
  id: number;
  name: string;
  topic: string;
  visibility: 'public' | 'private';
  last_seq: number;
  revision: number;
  created_at: Date;
  owner_user_id: number | null;
  owner_username: string | null;
}

/** Select list for {@link RoomRow}; expects `chats c` and `users o` (the owner, left-joined). */
export const ROOM_COLUMNS = `c.id, c.name, c.topic, c.visibility, c.last_seq, c.revision, c.created_at,
  o.id AS owner_user_id, o.username AS owner_username`;

/** A room's row as the wire shows it. */
export function presentRoom(row: RoomRow): Room {
  return {
    id: row.id,
    name: row.name,
    topic: row.topic,
    visibility: row.visibility,
    owner: presentUser(row.owner_user_id, row.owner_username),
    lastSeq: row.last_seq,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
  };
}

/** A user who may be gone: null where either column is. */
export function presentUser(id: number | null, username: string | null): User | null {
  return id === null || username === null ? null : { id, username };
}

/** Columns of a message with its author. */
export interface MessageRow {
  room_id: number;
  seq: number;
  message_revision: number;
  author_id: number | null;
  author_username: string | null;
  body: string;
  client_message_id: string | null;
  message_created_at: Date;
  edited_at: Date | null;
  deleted_at: Date | null;
}

/** Select list for {@link MessageRow}; expects `messages m` and `users a` (the author, left-joined). */
export const MESSAGE_COLUMNS = `m.room_id, m.seq, m.revision AS message_revision, m.author_id, a.username AS author_username,
  m.body, m.client_message_id, m.created_at AS message_created_at, m.edited_at, m.deleted_at`;

/** A message's row as the wire shows it; a deleted one keeps its place and loses its body. */
export function presentMessage(row: MessageRow): Message {
  return {
    roomId: row.room_id,
    seq: row.seq,
    revision: row.message_revision,
    author: presentUser(row.author_id, row.author_username),
    body: row.deleted_at ? '' : row.body,
    clientMessageId: row.client_message_id,
    createdAt: row.message_created_at.toISOString(),
    editedAt: row.edited_at?.toISOString() ?? null,
    deletedAt: row.deleted_at?.toISOString() ?? null,
  };
}

/** Columns that a list of one's own rooms has beyond {@link RoomRow}. */
export interface OwnRoomRow extends RoomRow {
  last_read_seq: number;
  last_author_id: number | null;
  last_author_username: string | null;
  last_excerpt: string | null;
  last_created_at: Date | null;
}

/** A room in its member's list. */
export function presentOwnRoom(row: OwnRoomRow): OwnRoom {
  return {
    ...presentRoom(row),
    unread: row.last_seq - row.last_read_seq,
    lastMessage:
      row.last_created_at === null
        ? null
        : {
            author: presentUser(row.last_author_id, row.last_author_username),
            excerpt: row.last_excerpt ?? '',
            createdAt: row.last_created_at.toISOString(),
          },
  };
}

/** Columns of one's own standing in a room; all null where there is none. */
export interface MembershipRow {
  member_role: 'owner' | 'member' | null;
  last_read_seq: number | null;
  joined_at: Date | null;
  removed_at: Date | null;
}

/** Select list for {@link MembershipRow}; expects `memberships s`, left-joined. */
export const MEMBERSHIP_COLUMNS = 's.role AS member_role, s.last_read_seq, s.joined_at, s.removed_at';

/** One's own standing, or null for who is no member (any more). */
export function presentMembership(row: MembershipRow): Membership | null {
  if (row.member_role === null || row.last_read_seq === null || row.joined_at === null || row.removed_at) return null;
  return { role: row.member_role, lastReadSeq: row.last_read_seq, joinedAt: row.joined_at.toISOString() };
}

/** A member's account and standing. */
export interface MemberRow {
  id: number;
  username: string;
  role: Member['role'];
  joined_at: Date;
}

/** A member as a list of them shows it. */
export function presentMember({ id, username, role, joined_at }: MemberRow): Member {
  return { user: { id, username }, role, joinedAt: joined_at.toISOString() };
}
