import { afterAll, beforeAll } from 'vitest';
import { createRoom } from '../../factories';
import { TRANSPORTS, type ContractClient, type TransportName } from '../../harness/clients';
import { startInProcess, type InProcessServer } from '../../harness/in-process';
import { type Person } from '../../harness/people';

let counter = 0;

/** A server in the test's own process, people and rooms: what most tests of the contract begin with. */
export class World {
  server!: InProcessServer;
  readonly #open: { close(): Promise<void> }[] = [];

  get url(): string {
    return this.server.url;
  }

  /** Closes something when the test file ends. */
  keep<T extends { close(): Promise<void> }>(thing: T): T {
    this.#open.push(thing);
    return thing;
  }

  async client(transport: TransportName, person: Person): Promise<ContractClient> {
    return this.keep(await TRANSPORTS[transport](this.url, person.token));
  }

  /** A room that the first of them owns and all are members of. */
  room(owner: Person, ...members: Person[]): Promise<{ id: number; name: string }> {
    return createRoom({ owner, members, name: `contract-${++counter}` });
  }

  /** A room that exists only for them. */
  privateRoom(owner: Person, ...members: Person[]): Promise<{ id: number; name: string }> {
    return createRoom({ owner, members, name: `private-${++counter}`, visibility: 'private' });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#open.map((thing) => thing.close()));
    await this.server.stop();
  }
}

/** The world of a test file: begins before its first test and ends after its last. */
export function inWorld(): World {
  const world = new World();
  beforeAll(async () => {
    world.server = await startInProcess();
  });
  afterAll(() => world.stop());
  return world;
}

/** An HTTP request as somebody makes it; redirects are not followed. */
export function request(
  world: World,
  path: string,
  init: RequestInit & { as?: Person | null; json?: unknown; form?: Record<string, string> } = {},
): Promise<Response> {
  const { as, json, form, headers, ...rest } = init;
  return fetch(world.url + path, {
    redirect: 'manual',
    method: json === undefined && form === undefined ? 'GET' : 'POST',
    ...rest,
    headers: {
      ...(as && { authorization: `Bearer ${as.token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...(headers as Record<string, string> | undefined),
    },
    ...(json !== undefined && { body: JSON.stringify(json) }),
    ...(form && { body: new URLSearchParams(form) }),
  });
}
