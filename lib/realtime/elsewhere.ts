import type { User } from '../contracts/entities';

type People = Map<number, User>;
type Rooms = Map<number, People>;

/** Is told who comes into a room and leaves it on another node: once for each node. */
export interface Movements {
  arrive: (roomId: number, user: User) => void;
  depart: (roomId: number, user: User) => void;
}

/** Who is in which room on the other nodes, as each of them says. Never stored. */
export class Elsewhere {
  readonly #nodes = new Map<string, Rooms>();
  /** what a node is just telling, in several parts */
  readonly #telling = new Map<string, Rooms>();
  readonly #movements: Movements;

  constructor(movements: Movements) {
    this.#movements = movements;
  }

  /** Everyone in a room: somebody who is on two nodes, twice. */
  *usersIn(roomId: number): Iterable<User> {
    for (const rooms of this.#nodes.values()) yield* rooms.get(roomId)?.values() ?? [];
  }

  /** Notes who came and went on a node. Who is there already, or is not, is so afterwards too. */
  move(node: string, roomId: number, joined: readonly User[], left: readonly User[]): void {
    const rooms = this.#roomsOf(node);
    const people: People = rooms.get(roomId) ?? new Map<number, User>();
    for (const user of joined) {
      const isNew = !people.has(user.id);
      people.set(user.id, user);
      if (isNew) this.#movements.arrive(roomId, user);
    }
    for (const user of left) if (people.delete(user.id)) this.#movements.depart(roomId, user);
    if (people.size > 0) rooms.set(roomId, people);
    else rooms.delete(roomId);
  }

  /** Takes a part of all that a node has: with the last part it is what it says, and nothing else. */
  tell(
    node: string,
    parts: readonly { roomId: number; users: readonly User[] }[],
    { isFirst, isLast }: { isFirst: boolean; isLast: boolean },
  ): void {
    const told: Rooms = (isFirst ? undefined : this.#telling.get(node)) ?? new Map<number, People>();
    for (const { roomId, users } of parts) {
      const people: People = told.get(roomId) ?? new Map<number, User>();
      for (const user of users) people.set(user.id, user);
      told.set(roomId, people);
    }
    if (!isLast) return void this.#telling.set(node, told);
    this.#telling.delete(node);
    for (const [roomId, people] of [...this.#roomsOf(node)]) {
      const now = told.get(roomId);
      this.move(
        node,
        roomId,
        [],
        [...people.values()].filter(({ id }) => !now?.has(id)),
      );
    }
    for (const [roomId, people] of told) this.move(node, roomId, [...people.values()], []);
  }

  /** A node is gone, and everyone who was there. */
  drop(node: string): void {
    for (const [roomId, people] of [...this.#roomsOf(node)]) this.move(node, roomId, [], [...people.values()]);
    this.#nodes.delete(node);
    this.#telling.delete(node);
  }

  /** Notes somebody's new name. @returns the rooms in which they are */
  rename(user: User): number[] {
    const found = new Set<number>();
    for (const rooms of this.#nodes.values()) {
      for (const [roomId, people] of rooms) {
        if (!people.has(user.id)) continue;
        people.set(user.id, user);
        found.add(roomId);
      }
    }
    return [...found];
  }

  #roomsOf(node: string): Rooms {
    const known = this.#nodes.get(node);
    if (known) return known;
    const rooms: Rooms = new Map<number, People>();
    this.#nodes.set(node, rooms);
    return rooms;
  }
}
