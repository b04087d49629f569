import type { Message, OwnRoom, Room, User } from '@/lib/contracts/entities';

const EXCERPT_LENGTH = 140;

/** What changes a list of one's own rooms. */
export type RoomsAction =
  | { type: 'loaded'; rooms: readonly OwnRoom[] }
  | { type: 'messages'; roomId: number; messages: readonly Message[]; me: number }
  | { type: 'activity'; roomId: number; lastSeq: number; unread: number }
  | { type: 'unread'; roomId: number; unread: number }
  | { type: 'updated'; room: Room }
  | { type: 'added'; room: Room }
  | { type: 'removed'; roomId: number }
  | { type: 'user'; user: User };

function excerpt(body: string): string {
  const line = body.replace(/\s+/g, ' ');
  return line.length > EXCERPT_LENGTH ? `${line.slice(0, EXCERPT_LENGTH)}…` : line;
}

function change(rooms: readonly OwnRoom[], id: number, update: (room: OwnRoom) => OwnRoom): readonly OwnRoom[] {
  return rooms.some((room) => room.id === id) ? rooms.map((room) => (room.id === id ? update(room) : room)) : rooms;
}

function toTop(rooms: readonly OwnRoom[], id: number): readonly OwnRoom[] {
  const room = rooms.find((one) => one.id === id);
  return !room || rooms[0] === room ? rooms : [room, ...rooms.filter((one) => one !== room)];
}

/** Adds what is new of a room to what was known; an older copy of it takes nothing back. */
function renew(known: OwnRoom, room: Room): OwnRoom {
  return {
    ...known,
    ...room,
    lastSeq: Math.max(known.lastSeq, room.lastSeq),
    revision: Math.max(known.revision, room.revision),
  };
}

/** A room as it is once somebody has another name. */
function renamed(room: OwnRoom, user: User): OwnRoom {
  const { owner, lastMessage } = room;
  return {
    ...room,
    owner: owner?.id === user.id ? user : owner,
    lastMessage: lastMessage?.author?.id === user.id ? { ...lastMessage, author: user } : lastMessage,
  };
}

/** One step of the live list of one's rooms: the latest active first. */
export function roomsReducer(rooms: readonly OwnRoom[], action: RoomsAction): readonly OwnRoom[] {
  switch (action.type) {
    case 'loaded':
      return action.rooms;
    case 'messages': {
      const last = action.messages.at(-1);
      if (!last) return rooms;
      const updated = change(rooms, action.roomId, (room) => {
        const fresh = action.messages.filter((message) => message.seq > room.lastSeq);
        if (fresh.length === 0) return room;
        const own = fresh.findLast((message) => message.author?.id === action.me);
        return {
          ...room,
          lastSeq: last.seq,
          // Sending reads up to one's own message.
          unread: own ? last.seq - own.seq : room.unread + last.seq - room.lastSeq,
          lastMessage: { author: last.author, excerpt: excerpt(last.body), createdAt: last.createdAt },
        };
      });
      return toTop(updated, action.roomId);
    }
    case 'activity': {
      const known = rooms.find((room) => room.id === action.roomId);
      if (!known || action.lastSeq < known.lastSeq) return rooms;
      const updated = change(rooms, action.roomId, (room) => ({
        ...room,
        lastSeq: Math.max(room.lastSeq, action.lastSeq),
        unread: action.unread,
        lastMessage: action.lastSeq > room.lastSeq ? null : room.lastMessage,
      }));
      return action.lastSeq > known.lastSeq ? toTop(updated, action.roomId) : updated;
    }
    case 'unread':
      return change(rooms, action.roomId, (room) =>
        room.unread === action.unread ? room : { ...room, unread: action.unread },
      );
    case 'updated':
      return change(rooms, action.room.id, (room) => renew(room, action.room));
    case 'added':
      return rooms.some((room) => room.id === action.room.id)
        ? roomsReducer(rooms, { type: 'updated', room: action.room })
        : [{ ...action.room, unread: 0, lastMessage: null }, ...rooms];
    case 'removed':
      return rooms.filter((room) => room.id !== action.roomId);
    case 'user':
      return rooms.map((room) => renamed(room, action.user));
  }
}
