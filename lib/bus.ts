import { EventEmitter } from 'node:events';
import type { Account, Message, Room, User } from './contracts/entities';

interface InRoom {
  roomId: number;
  /** the room's name */
  room: string;
}

/** What the domain tells the rest of the process after a commit. Only `realtime/fanout.ts` turns it into facts for clients. */
export type BusEvent =
  | ({ type: 'messages:created'; messages: Message[] } & InRoom)
  | ({ type: 'message:updated'; message: Message } & InRoom)
  /** A commit's outcome is unknown: whoever follows this room should compare with the database. */
  | { type: 'room:uncertain'; roomId: number }
  | { type: 'room:added'; room: Room; userId: number }
  | { type: 'room:updated'; room: Room }
  | ({ type: 'room:deleted'; memberIds: number[] } & InRoom)
  | ({ type: 'member:added'; user: User } & InRoom)
  | ({ type: 'member:removed'; user: User } & InRoom)
  /** `connectionId` is where the reading happened: only the others need to be told. */
  | ({ type: 'room:read'; userId: number; seq: number; unread: number; connectionId: string | undefined } & InRoom)
  /** What somebody may do has changed: connections that are open go by it from now on. */
  | { type: 'user:role-changed'; userId: number; role: Account['role'] }
  | { type: 'session:revoked'; sessionId: number; userId: number };

/** Publish and subscribe within this process. Delivery is synchronous and in the order of publishing. */
export class Bus {
  readonly #events = new EventEmitter<{ event: [BusEvent] }>().setMaxListeners(0);

  /** Tells every subscriber, at once. */
  publish(event: BusEvent): void {
    this.#events.emit('event', event);
  }

  /**
   * Hears every event from now on.
   *
   * @returns a function that ends the subscription
   */
  subscribe(listener: (event: BusEvent) => void): () => void {
    this.#events.on('event', listener);
    return () => this.#events.off('event', listener);
  }
}

const shared = globalThis as typeof globalThis & { besedaBus?: Bus };

/** The process's one bus: on `globalThis`, because Next bundles this module a second time for its own pages. */
export function bus(): Bus {
  return (shared.besedaBus ??= new Bus());
}
