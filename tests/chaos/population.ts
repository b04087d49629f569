import { createPerson } from '../harness/people';
import { createRoom } from '../factories';
import { Outsider } from './actors/outsider';
import type { Identity, Scene, SceneRoom } from './actors/scene';
import { Watcher } from './actors/watcher';
import { Writer, type WriterHabits } from './actors/writer';
import type { Transport } from './clients/transports';
import { query } from './database';
import type { TcpProxy } from './proxy';

/** How many there are of everybody. */
export interface Population {
  rooms: number;
  writers: number;
  watchers: number;
  /** of each transport */
  outsiders: number;
  /** messages a second of all writers together */
  rate: number;
}

const TRANSPORTS = ['socket.io', 'plain', 'rest'] as const satisfies Transport[];
/** HTTP promises no order of requests that overlap, so it is not pipelined. */
const PIPELINED = ['socket.io', 'plain'] as const satisfies Transport[];

const CAREFUL = { window: 1, impatient: false, anonymous: false, changes: 0 };

/** Kinds of writers, in turns. */
const WRITERS: { name: string; transports: readonly Transport[]; habits: Omit<WriterHabits, 'pace'> }[] = [
  { name: 'sequential', transports: TRANSPORTS, habits: { ...CAREFUL, changes: 8 } },
  { name: 'pipelined', transports: PIPELINED, habits: { ...CAREFUL, window: 12 } },
  { name: 'sequential', transports: TRANSPORTS, habits: CAREFUL },
  { name: 'pipelined', transports: PIPELINED, habits: { ...CAREFUL, window: 4, changes: 4 } },
  { name: 'impatient', transports: TRANSPORTS, habits: { ...CAREFUL, impatient: true } },
  { name: 'anonymous', transports: TRANSPORTS, habits: { ...CAREFUL, impatient: true, anonymous: true } },
];

/** Watchers are mostly told; some ask. */
const WATCHERS: readonly Transport[] = ['socket.io', 'plain', 'socket.io', 'plain', 'rest'];

function pick<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new Error('Nothing to choose from');
  return item;
}

async function identityOf(name: string, transport: Transport, proxy: TcpProxy): Promise<Identity> {
  const { id, token } = await createPerson();
  return { name: `${name} over ${transport}`, userId: id, token, transport, url: proxy.url };
}

/** Everybody, and where they are. */
export class Cast {
  readonly rooms: SceneRoom[] = [];
  readonly writers: Writer[] = [];
  /** one for each room: they send when they are told to, past every proxy that does anything */
  readonly probes: Writer[] = [];
  /** one for each transport, behind a proxy of its own: they too send when they are told to */
  readonly cutters: { writer: Writer; proxy: TcpProxy }[] = [];
  readonly watchers: Watcher[] = [];
  /** those of the watchers who stop reading when they are told to, each behind a proxy of its own */
  readonly stallers: { watcher: Watcher; proxy: TcpProxy }[] = [];
  readonly outsiders: Outsider[] = [];
  /** user ids of the outsiders */
  readonly removed = new Set<number>();
}

/** The doors that clients go through. */
export interface Doors {
  /** for most */
  calm: TcpProxy;
  /** for the share of the clients whose network is bad */
  flaky: TcpProxy;
  /** for the harness's own: nothing is done to it */
  straight: TcpProxy;
  /** a door of somebody's own */
  openProxy(): Promise<TcpProxy>;
}

/**
 * Makes the rooms and everybody in them, without starting anyone. `lib/db` is connected to the world's database.
 *
 * @param databaseUrl of that database
 */
export async function populate(scene: Scene, doors: Doors, population: Population, databaseUrl: string): Promise<Cast> {
  const cast = new Cast();
  const owner = await createPerson();
  for (let index = 0; index < population.rooms; index++) {
    const { id, name } = await createRoom({ owner });
    const room = { index, id, name };
    cast.rooms.push(room);
    const identity = await identityOf(`probe ${index}`, 'rest', doors.straight);
    cast.probes.push(new Writer(scene, identity, room, { ...CAREFUL, pace: Number.POSITIVE_INFINITY }));
  }
  // A third of everybody has a bad network.
  const proxyOf = (index: number) => (index % 3 === 2 ? doors.flaky : doors.calm);
  for (let index = 0; index < population.writers; index++) {
    const kind = pick(WRITERS, index);
    const transport = pick(kind.transports, Math.floor(index / WRITERS.length));
    const identity = await identityOf(`${kind.name} writer ${index}`, transport, proxyOf(Math.floor(index / 2)));
    const habits = { ...kind.habits, pace: (population.writers / population.rate) * 1_000 };
    cast.writers.push(new Writer(scene, identity, pick(cast.rooms, index), habits));
  }
  for (let index = 0; index < population.watchers; index++) {
    const identity = await identityOf(`watcher ${index}`, pick(WATCHERS, index), proxyOf(index));
    const habits = { fromTheBeginning: index % 2 === 0, restless: index % 5 < 4 && index % 4 === 3 ? 4_000 : 0 };
    cast.watchers.push(new Watcher(scene, identity, pick(cast.rooms, index), habits));
  }
  for (const [index, transport] of TRANSPORTS.entries()) {
    const proxy = await doors.openProxy();
    const identity = await identityOf(`cut writer ${index}`, transport, proxy);
    const habits = { ...CAREFUL, pace: Number.POSITIVE_INFINITY };
    cast.cutters.push({ writer: new Writer(scene, identity, pick(cast.rooms, index), habits), proxy });
  }
  for (const [index, transport] of PIPELINED.entries()) {
    const proxy = await doors.openProxy();
    const identity = await identityOf(`stalling watcher ${index}`, transport, proxy);
    const watcher = new Watcher(scene, identity, pick(cast.rooms, index), { fromTheBeginning: true, restless: 0 });
    cast.watchers.push(watcher);
    cast.stallers.push({ watcher, proxy });
  }
  for (let index = 0; index < population.outsiders * TRANSPORTS.length; index++) {
    const room = pick(cast.rooms, index);
    const identity = await identityOf(`outsider ${index}`, pick(TRANSPORTS, index), doors.straight);
    await query(databaseUrl, 'INSERT INTO memberships (room_id, user_id, removed_at) VALUES ($1, $2, now())', [
      room.id,
      identity.userId,
    ]);
    cast.removed.add(identity.userId);
    cast.outsiders.push(new Outsider(scene, identity, room));
  }
  return cast;
}
