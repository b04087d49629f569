import { DATABASE_FAULTS } from './database';
import type { Fault } from './fault';
import { SERVER_FAULTS } from './server';

/** Every fault that the harness knows. */
export const FAULTS: readonly Fault[] = [...SERVER_FAULTS, ...DATABASE_FAULTS];
