import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@/generated/prisma/client';
import { pool } from './db';

const clients = new WeakMap<object, PrismaClient>();

/**
 * Prisma's client, on the process's one pool, made when it is first asked for. For tools and tests: whatever is served writes its own
 * SQL, and a server that loaded the client for nothing would start later and be larger.
 */
export function prisma(): PrismaClient {
  const connections = pool();
  let client = clients.get(connections);
  if (!client) clients.set(connections, (client = new PrismaClient({ adapter: new PrismaPg(connections) })));
  return client;
}
