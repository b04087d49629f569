import { afterAll, afterEach, beforeAll } from 'vitest';
import { createRoom } from '../../factories';
import { PlainSocket } from '../../harness/plain-client';
import type { Person } from '../../harness/people';
import { hasRedis, startRedis, type TestRedis } from '../../harness/redis';
import { startServer, type RunningServer } from '../../harness/server';
import { SocketIoClient } from '../../harness/socket-io-client';

if (!hasRedis && process.env.CI)
  throw new Error('redis-server is missing: in continuous integration several nodes must be tested');
if (!hasRedis)
  console.warn(
    'redis-server is not installed here: several nodes are not tested. (Debian: apt-get install redis-server)',
  );

/** Whether several nodes can be tested here. */
export const canTest = hasRedis;

export type Protocol = 'Socket.IO' | 'plain WebSocket';
export const PROTOCOLS = ['Socket.IO', 'plain WebSocket'] as const satisfies Protocol[];

/** Somebody who has joined a room, on one of the nodes. */
export type Listener = SocketIoClient | PlainSocket;

let counter = 0;

/** Several nodes as real processes, on one database and one Redis. */
export class Stage {
  redis!: TestRedis;
  readonly nodes: RunningServer[] = [];
  #open: { close(): Promise<void> }[] = [];

  url(node: number): string {
    const server = this.nodes[node];
    if (!server) throw new Error(`There is no node ${node}`);
    return server.url;
  }

  /** Starts one more. */
  async start(env: Record<string, string> = {}): Promise<RunningServer> {
    const server = await startServer({ env: { REDIS_URL: this.redis.url, ...env } });
    this.nodes.push(server);
    return server;
  }

  /** A room that the first of them owns and all are members of. */
  room(owner: Person, ...members: Person[]): Promise<{ id: number; name: string }> {
    return createRoom({ owner, members, name: `nodes-${++counter}` });
  }

  /** Connects somebody over Socket.IO. */
  async connect(node: number, person: Pick<Person, 'token'>): Promise<SocketIoClient> {
    const client = await SocketIoClient.connect(this.url(node), person.token);
    this.#open.push(client);
    return client;
  }

  /** Has somebody join a room. */
  async join(protocol: Protocol, node: number, person: Pick<Person, 'token'>, room: string): Promise<Listener> {
    if (protocol === 'plain WebSocket') {
      const socket = await PlainSocket.join(this.url(node), room, person.token);
      this.#open.push(socket);
      return socket;
    }
    const client = await this.connect(node, person);
    const answer = await client.call('room:join', { room });
    if (!answer.ok) throw new Error(`room:join: ${JSON.stringify(answer.error)}`);
    return client;
  }

  async closeClients(): Promise<void> {
    const open = this.#open;
    this.#open = [];
    await Promise.all(open.map((client) => client.close()));
  }

  async stop(): Promise<void> {
    await this.closeClients();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.redis.stop();
  }
}

/** Calls a command of a room, whatever the protocol. */
export function call(listener: Listener, room: string, name: string, input: Record<string, unknown> = {}) {
  return listener instanceof PlainSocket ? listener.call(name, input) : listener.call(name, { room, ...input });
}

/** The stage of a test file; clients are closed after each test. */
export function onStage(count: number, env: Record<string, string> = {}): Stage {
  const stage = new Stage();
  beforeAll(async () => {
    if (!hasRedis) return;
    stage.redis = await startRedis();
    for (let node = 0; node < count; node++) await stage.start(env);
  }, 60_000);
  afterEach(() => stage.closeClients());
  afterAll(async () => {
    if (hasRedis) await stage.stop();
  });
  return stage;
}

/** The bodies that somebody was told of as new, in the order of telling. */
export function heard({ facts }: Listener): string[] {
  return facts
    .of('messages:created')
    .flatMap(({ messages }) => (Array.isArray(messages) ? (messages as { body: string }[]) : []))
    .map(({ body }) => body);
}
