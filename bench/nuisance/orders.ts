import { z } from 'zod';

/**
 * In which ways clients may be bad neighbours:
 * - `flood`: messages as fast as the connection takes them, no answer awaited
 * - `batches`: as many requests for long pages at once as a connection may have under way, again and again
 * - `large`: messages in frames of almost the largest size, as fast as the connection takes them
 * - `silent`: asks for as many long pages, and reads nothing
 */
export const NUISANCES = ['flood', 'batches', 'large', 'silent'] as const;
export type NuisanceKind = (typeof NUISANCES)[number];

/** What a process of bad neighbours is told to do, until its parent lets go of it. */
export const NUISANCE_SCHEMA = z.object({
  port: z.number(),
  protocol: z.enum(['WebSocket', 'Socket.IO']),
  kind: z.enum(NUISANCES),
  clients: z.array(
    z.object({
      room: z.string(),
      token: z.string(),
      /** the loopback address that it comes from; undefined where there is only one */
      address: z.string().optional(),
    }),
  ),
});
export type NuisanceOrder = z.infer<typeof NUISANCE_SCHEMA>;

/** What they did, and what they were told. */
export const NUISANCE_REPORT_SCHEMA = z.object({
  sent: z.number(),
  /** answers to what they sent: `ok`, or the error's code; and how connections ended or did not begin */
  told: z.array(z.tuple([z.string(), z.number()])),
});
export type NuisanceReport = z.infer<typeof NUISANCE_REPORT_SCHEMA>;
