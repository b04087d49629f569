import type { Message, Room, User } from './entities';

interface InRoom {
  /** the room's name */
  room: string;
  roomId: number;
}

/** Every fact that the server tells its clients, by name. Past tense: each has already happened and is committed. */
export interface Facts {
  'messages:created': InRoom & { messages: Message[] };
  'message:updated': InRoom & { message: Message };
  presence: InRoom & ({ online: User[]; onlineCount: number } | { joined: User[]; left: User[] });
  typing: InRoom & { user: User; typing: boolean };
  'member:added': InRoom & { user: User };
  'member:removed': InRoom & { user: User };
  'room:activity': InRoom & { lastSeq: number; unread: number };
  'room:updated': { room: Room };
  'room:deleted': InRoom;
  'room:read': InRoom & { seq: number; unread: number };
  'room:added': { room: Room };
  'room:removed': InRoom;
  'user:updated': { user: User; previous: string };
  'session:closing': { code: number; retryAfterMs?: number };
}

export type FactName = keyof Facts;

/** Why the server closes a connection. Below 4000: RFC 6455, 7.4.1. */
export const CLOSE_CODES = {
  goingAway: 1001,
  tooBig: 1009,
  sessionEnded: 4401,
  removed: 4403,
  roomDeleted: 4404,
  tooSlow: 4408,
  flooding: 4429,
} as const;
