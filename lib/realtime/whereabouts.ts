import { bus, type BusEvent } from '../bus';
import type { User } from '../contracts/entities';
import { Elsewhere } from './elsewhere';
import type { Hub } from './hub';

/** Milliseconds for which arrivals and departures are gathered before other nodes hear of them. */
const GATHER_MS = 50;
/** Milliseconds between two tellings of everything: when Redis is back, everybody asks at once. */
const TELL_MS = 1_000;
/** People in one event. */
const PART = 1_000;

type Told = Extract<BusEvent, { type: 'presence:told' }>['rooms'];

/** Who is in which room, between nodes: tells the others of those who are connected here, and the rooms here of those who are there. */
export class Whereabouts {
  readonly #hub: Hub;
  readonly #elsewhere: Elsewhere;
  /** by room and user, what is to be told */
  readonly #moved = new Map<number, Map<number, { user: User; isHere: boolean }>>();
  #gathering: NodeJS.Timeout | undefined;
  #telling: NodeJS.Timeout | undefined;
  #toldAt = -TELL_MS;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#elsewhere = new Elsewhere({
      arrive: (roomId, user) => hub.channel(roomId)?.presence.arriveElsewhere(user),
      depart: (roomId, user) => hub.channel(roomId)?.presence.departElsewhere(user),
    });
    hub.elsewhereIn = (roomId) => this.#elsewhere.usersIn(roomId);
    hub.onMoved = (roomId, user, isHere) => this.#note(roomId, user, isHere);
  }

  /** Takes what another node says. */
  hear(event: BusEvent, node: string): void {
    if (event.type === 'presence:moved') {
      for (const { roomId, joined, left } of event.rooms) this.#elsewhere.move(node, roomId, joined, left);
    } else if (event.type === 'presence:told') this.#elsewhere.tell(node, event.rooms, event);
    else if (event.type === 'presence:asked') this.#tellSoon();
    else if (event.type === 'node:gone') this.#elsewhere.drop(node);
  }

  /** Notes somebody's new name. */
  rename(user: User): void {
    for (const roomId of this.#elsewhere.rename(user)) this.#hub.channel(roomId)?.presence.rename(user);
  }

  close(): void {
    clearTimeout(this.#gathering);
    clearTimeout(this.#telling);
  }

  #note(roomId: number, user: User, isHere: boolean): void {
    const people = this.#moved.get(roomId) ?? new Map<number, { user: User; isHere: boolean }>();
    people.set(user.id, { user, isHere });
    this.#moved.set(roomId, people);
    this.#gathering ??= setTimeout(() => this.#flush(), GATHER_MS).unref();
  }

  #flush(): void {
    this.#gathering = undefined;
    const rooms = [...this.#moved].map(([roomId, people]) => ({
      roomId,
      joined: [...people.values()].flatMap(({ user, isHere }) => (isHere ? [user] : [])),
      left: [...people.values()].flatMap(({ user, isHere }) => (isHere ? [] : [user])),
    }));
    this.#moved.clear();
    bus().publish({ type: 'presence:moved', rooms });
  }

  #tellSoon(): void {
    const wait = Math.max(0, this.#toldAt + TELL_MS - performance.now());
    this.#telling ??= setTimeout(() => this.#tell(), wait).unref();
  }

  #tell(): void {
    this.#telling = undefined;
    this.#toldAt = performance.now();
    let isFirst = true;
    let part: Told = [];
    let size = 0;
    const send = (isLast: boolean) => {
      bus().publish({ type: 'presence:told', rooms: part, isFirst, isLast });
      isFirst = false;
      part = [];
      size = 0;
    };
    for (const roomId of this.#hub.roomIds()) {
      const users = this.#hub.channel(roomId)?.presence.usersHere() ?? [];
      part.push({ roomId, users });
      size += users.length + 1;
      if (size >= PART) send(false);
    }
    send(true);
  }
}
