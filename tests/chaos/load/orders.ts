import { z } from 'zod';

const clientSchema = z.object({
  protocol: z.enum(['Socket.IO', 'WebSocket']),
  token: z.string(),
  room: z.string(),
  /** its own end of the connection: limits by address count clients of many places, as in production */
  address: z.string().optional(),
});
const roomTruthSchema = z.object({
  revision: z.number(),
  /** the bodies, in order of `seq` */
  bodies: z.array(z.string()),
});
const truthSchema = z.array(z.tuple([z.string(), roomTruthSchema]));

/** One client as it is described to a generator. */
export type ClientOptions = z.infer<typeof clientSchema>;

export type Protocol = ClientOptions['protocol'];

/** What the database says of a room. */
export type RoomTruth = z.infer<typeof roomTruthSchema>;

/** What a generator's parent may order, each answered once it is done. */
export const ORDER_SCHEMA = z.discriminatedUnion('name', [
  /** connects clients, so many at a time, and answers when all have caught up */
  z.object({
    name: z.literal('connect'),
    port: z.number(),
    seed: z.number(),
    atOnce: z.number(),
    clients: z.array(clientSchema),
  }),
  /** messages a second, of random clients; 0 ends it */
  z.object({ name: z.literal('say'), perSecond: z.number(), bytes: z.number() }),
  /** hangs up so many random clients a second, who come back; 0 ends it */
  z.object({ name: z.literal('churn'), perSecond: z.number() }),
  /** stops reading so many sockets, evenly among all; 0 lets all go on */
  z.object({ name: z.literal('stall'), count: z.number() }),
  z.object({ name: z.literal('clear') }),
  z.object({ name: z.literal('report') }),
  /** compares with the database; answers with how many clients are behind it, and how many messages are wrong */
  z.object({ name: z.literal('judge'), truth: truthSchema }),
]);

export type Order = z.infer<typeof ORDER_SCHEMA>;

export const ENVELOPE_SCHEMA = z.object({ id: z.number(), order: ORDER_SCHEMA });

export const JUDGEMENT_SCHEMA = z.object({ behind: z.number(), wrong: z.number() });

export type Judgement = z.infer<typeof JUDGEMENT_SCHEMA>;

const reasonsSchema = z.array(z.tuple([z.string(), z.number()]));

/** {@link TallyReport}, as it crosses from one process to another. */
export const TALLY_SCHEMA = z.object({
  clients: z.number(),
  /** clients that are connected, have joined and heard all there was then */
  caughtUp: z.number(),
  attempts: z.number(),
  /** connections that did not come about, by reason */
  refusals: reasonsSchema,
  /** messages that were not acknowledged, by reason */
  unsent: reasonsSchema,
  acknowledged: z.number(),
  /** messages that came over open connections, all clients together */
  delivered: z.number(),
  /** milliseconds from being sent to being heard, and how often: every reader but the stalled */
  latencies: z.array(z.tuple([z.number(), z.number()])),
  /** `Date.now()` of each catching up */
  arrivals: z.array(z.number()),
  skipped: z.number(),
  doubled: z.number(),
  /** bodies that differ between two readings of one `seq` */
  torn: z.number(),
});

export type TallyReport = z.infer<typeof TALLY_SCHEMA>;
