import type { User } from '@/lib/contracts/entities';
import type { Facts } from '@/lib/contracts/facts';

/** Who is in a room now: some of them by name, and how many there are. */
export interface Presence {
  online: readonly User[];
  count: number;
}

const NOBODY: Presence = { online: [], count: 0 };

function byName(a: User, b: User): number {
  return a.username.localeCompare(b.username);
}

/** Applies a `presence` fact: the whole list after one's own join, then who came and who went. */
export function presenceAfter(known: Presence = NOBODY, fact: Facts['presence']): Presence {
  if ('online' in fact) {
    return { online: fact.online.toSorted(byName), count: fact.onlineCount };
  }
  const here = new Map(known.online.map((user) => [user.id, user]));
  let count = known.count;
  for (const user of fact.joined) {
    if (!here.has(user.id)) count++;
    here.set(user.id, user);
  }
  for (const user of fact.left) {
    here.delete(user.id);
    count--;
  }
  return { online: [...here.values()].sort(byName), count: Math.max(count, here.size) };
}

/** Somebody who is typing, and when that lapses if nothing more is heard (milliseconds since the epoch). */
export interface Typist {
  user: User;
  until: number;
}

/** Applies a `typing` fact. */
export function typistsAfter(known: readonly Typist[], fact: Facts['typing'], until: number): readonly Typist[] {
  const others = known.filter(({ user }) => user.id !== fact.user.id);
  return fact.typing ? [...others, { user: fact.user, until }] : others;
}
