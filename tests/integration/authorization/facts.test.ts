import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { FactName } from '@/lib/contracts/facts';
import { SocketIoClient } from '../../harness/socket-io-client';
import { createPerson, type Person } from '../../harness/people';
import { inWorld, request } from '../contract/world';
import { declared } from './outcome';
import { makeStage, STANDINGS, VISIBILITIES, type Stage, type Standing, type Visibility } from './stage';
import { FACTS } from './table';

const world = inWorld();

/** Milliseconds for which somebody must have heard nothing, after all who should have have. */
const QUIET = 300;

type Clients = Partial<Record<Standing, SocketIoClient>>;

/** The owner asks over HTTP, so that no connection's own answer is taken for a fact. */
function ask(person: Person | null, method: string, path: string, json?: unknown): Promise<unknown> {
  return request(world, `/api/v1${path}`, { as: person, method, ...(json !== undefined && { json }) });
}

/** What makes each fact happen. */
const TRIGGERS: Record<FactName, (stage: Stage, clients: Clients) => Promise<unknown>> = {
  'messages:created': ({ room, people }) => ask(people.owner, 'POST', `/rooms/${room}/messages`, { body: 'now' }),
  'message:updated': ({ room, people }) => ask(people.owner, 'DELETE', `/rooms/${room}/messages/1`),
  presence: async ({ room, other }) => {
    const client = world.keep(await SocketIoClient.connect(world.url, other.token));
    await client.call('room:join', { room });
  },
  typing: ({ room }, { owner }) => owner?.call('typing', { room, typing: true }) ?? Promise.reject(new Error('nobody')),
  'member:added': async ({ room, people }) => {
    const guest = await createPerson();
    await ask(people.owner, 'PUT', `/rooms/${room}/members/${guest.username}`);
  },
  'member:removed': ({ room, people, other }) =>
    ask(people.owner, 'DELETE', `/rooms/${room}/members/${other.username}`),
  'room:activity': ({ room, people }) => ask(people.owner, 'POST', `/rooms/${room}/messages`, { body: 'now' }),
  'room:updated': ({ room, people }) => ask(people.owner, 'PATCH', `/rooms/${room}`, { topic: 'now' }),
  'room:deleted': ({ room, people }) => ask(people.owner, 'DELETE', `/rooms/${room}`),
  'room:read': ({ room, people }) => ask(people.owner, 'PUT', `/rooms/${room}/read`, { seq: 1 }),
  'room:added': ({ room, people }) =>
    ask(people.owner, 'PUT', `/rooms/${room}/members/${people['non-member']?.username ?? ''}`),
  'room:removed': ({ room, people }) =>
    ask(people.owner, 'DELETE', `/rooms/${room}/members/${people.member?.username ?? ''}`),
  'user:updated': ({ people }) => ask(people.owner, 'PATCH', '/me', { username: `renamed-${people.owner?.id ?? 0}` }),
  'session:closing': ({ people }) => request(world, '/logout', { as: people.member }),
};

/** Facts that tell of rooms one is not looking at. */
const UNJOINED = new Set<FactName>(['room:activity', 'room:added']);

async function connect(stage: Stage, fact: FactName): Promise<Clients> {
  const clients: Clients = {};
  for (const standing of STANDINGS) {
    const person = stage.people[standing];
    if (!person || standing === 'suspended') continue;
    const client = world.keep(await SocketIoClient.connect(world.url, person.token));
    if (!UNJOINED.has(fact)) await client.call('room:join', { room: stage.room });
    clients[standing] = client;
  }
  return clients;
}

describe.each(VISIBILITIES)('in a %s room', (visibility: Visibility) => {
  it.each(Object.keys(FACTS) as FactName[])('%s is heard by whom it concerns', async (fact) => {
    const stage = await makeStage('owner', visibility);
    const clients = await connect(stage, fact);
    // What joining itself has told does not count.
    await sleep(QUIET);
    const before = new Map(Object.entries(clients).map(([who, { facts }]) => [who, facts.of(fact).length]));
    await TRIGGERS[fact](stage, clients);
    const wanted = Object.fromEntries(STANDINGS.map((who) => [who, declared(FACTS[fact], visibility, who)]));
    const heard = (who: string) => {
      const client = clients[who as Standing];
      return client && client.facts.of(fact).length > (before.get(who) ?? 0) ? 'yes' : '-';
    };
    const seen = () => Object.fromEntries(STANDINGS.map((who) => [who, heard(who)]));
    const all = () => STANDINGS.every((who) => wanted[who] !== 'yes' || heard(who) === 'yes');
    for (const late = performance.now() + 8_000; !all() && performance.now() < late;) await sleep(20);
    await sleep(QUIET);
    expect(seen()).toEqual(wanted);
  });
});
