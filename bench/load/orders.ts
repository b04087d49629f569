import { z } from 'zod';

/** What the parent of a load generator may order, one thing at a time, each answered once it is done. */
export const ORDER_SCHEMA = z.discriminatedUnion('name', [
  /** connects clients to a service, so many handshakes at a time; answers when each has joined or failed */
  z.object({
    name: z.literal('connect'),
    port: z.number(),
    protocol: z.enum(['WebSocket', 'Socket.IO']),
    atOnce: z.number(),
    clients: z.array(z.object({ room: z.string(), token: z.string() })),
  }),
  /** waits until nothing more comes: presence has been told */
  z.object({ name: z.literal('quiet') }),
  /** sends messages on a schedule, waits until they have come everywhere, and reports; whoever was let go comes back afterwards */
  z.object({
    name: z.literal('run'),
    perSecond: z.number(),
    seconds: z.number(),
    bytes: z.number(),
    /** milliseconds to wait for what is under way at the end */
    patience: z.number(),
  }),
]);

export type Order = z.infer<typeof ORDER_SCHEMA>;
export type ConnectOrder = Extract<Order, { name: 'connect' }>;
export type RunOrder = Extract<Order, { name: 'run' }>;

const reasonsSchema = z.array(z.tuple([z.string(), z.number()]));
const quantilesSchema = z.object({ count: z.number(), p50: z.number(), p99: z.number(), max: z.number() });

export const CONNECTED_SCHEMA = z.object({
  /** until all had joined, or failed */
  milliseconds: z.number(),
  joined: z.number(),
  /** those that did not, by reason */
  failed: reasonsSchema,
});

export const RUN_SCHEMA = z.object({
  /** messages that were due */
  offered: z.number(),
  acknowledged: z.number(),
  refused: reasonsSchema,
  /** neither acknowledged nor refused in time */
  unanswered: z.number(),
  /** connections that were lost meanwhile, by reason */
  lost: reasonsSchema,
  deliveries: z.number(),
  delivery: quantilesSchema,
  last: quantilesSchema,
  acknowledgement: quantilesSchema,
  lateness: quantilesSchema,
  /** over all receivers that were connected to the end */
  missing: z.number(),
  doubled: z.number(),
  reordered: z.number(),
  stray: z.number(),
  /** seconds from the first message until everything had come */
  seconds: z.number(),
  /** the load generator's own share of its core, while it sent */
  load: z.number(),
});

export type Connected = z.infer<typeof CONNECTED_SCHEMA>;
export type Run = z.infer<typeof RUN_SCHEMA>;
