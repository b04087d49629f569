import type { Open } from './line';
import { openPlain } from './plain';
import { openRest } from './rest';
import { openSocketIo } from './socket-io';

/** Every transport by name. */
export const OPEN = { 'socket.io': openSocketIo, plain: openPlain, rest: openRest } as const satisfies Record<
  string,
  Open
>;

export type Transport = keyof typeof OPEN;
