import { EventEmitter } from 'node:events';
import type { Account, Message, Room, User } from './contracts/entities';

interface InRoom {
  roomId: number;
  /** the room's name */
  room: string;
}

interface Sequenced extends InRoom {
  /** how often the room had been closed to somebody when this was committed, see `lib/count-closings.ts` */
  closings: number;
}

/** What the domain tells the rest of the process after a commit. Only `realtime/fanout.ts` turns it into facts for clients. */
export type BusEvent =
  | ({ type: 'messages:created'; messages: Message[] } & Sequenced)
  | ({ type: 'message:updated'; message: Message } & Sequenced)
  /** A commit's outcome is unknown: whoever follows this room should compare with the database. */
  | { type: 'room:uncertain'; roomId: number }
  | { type: 'room:added'; room: Room; userId: number }
  | { type: 'room:updated'; room: Room; memberIds: number[] }
  | ({ type: 'room:deleted'; memberIds: number[] } & InRoom)
  | ({ type: 'member:added'; user: User } & InRoom)
  | ({ type: 'member:removed'; user: User } & InRoom)
  /** `connectionId` is where the reading happened: only the others need to be told. */
  | ({ type: 'room:read'; userId: number; seq: number; unread: number; connectionId?: string | undefined } & InRoom)
  /** `previous` is the username before, which may be the same: then something changed that others do not see. */
  | { type: 'user:updated'; account: Account; previous: string }
  /** The account is gone, and so are its memberships in `rooms`; those in `ownedRoomIds` have no owner any more. */
  | { type: 'user:deleted'; user: User; rooms: { id: number; name: string }[]; ownedRoomIds: number[] }
  | { type: 'session:revoked'; sessionId: number; userId: number }
  /** Somebody types, or has stopped. Never stored, like everything about who is where: */
  | { type: 'typing'; roomId: number; user: User; typing: boolean }
  /** who came into rooms of this node, and who left them */
  | { type: 'presence:moved'; rooms: { roomId: number; joined: User[]; left: User[] }[] }
  /** a part of all who are in rooms of this node */
  | { type: 'presence:told'; rooms: { roomId: number; users: User[] }[]; isFirst: boolean; isLast: boolean }
  /** a node does not know (any more) who is where: the others tell it */
  | { type: 'presence:asked' }
  /** A node has ended, or was silent for too long: everybody who was connected to it is gone. */
  | { type: 'node:gone' }
  /** Something that other nodes published may not have come: whatever is open here should be compared with the database. */
  | { type: 'hints:lost' };

/** @param from the node that it was published on; undefined for this one */
type Listener = (event: BusEvent, from: string | undefined) => void;

/** Publish and subscribe within this process. Delivery is synchronous and in the order of publishing. */
export class Bus {
  readonly #events = new EventEmitter<{ event: Parameters<Listener> }>().setMaxListeners(0);

  /**
   * Tells every subscriber, at once.
   *
   * @param from the node that it was published on, where that is another one
   */
  publish(event: BusEvent, from?: string): void {
    this.#events.emit('event', event, from);
  }

  /**
   * Hears every event from now on.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: Listener): () => void {
    this.#events.on('event', listener);
    return () => this.#events.off('event', listener);
  }
}

const shared = globalThis as typeof globalThis & { besedaBus?: Bus };

/** The process's one bus: on `globalThis`, because Next bundles this module a second time for its own pages. */
export function bus(): Bus {
  return (shared.besedaBus ??= new Bus());
}
