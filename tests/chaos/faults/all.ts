import { CLOCK_FAULTS } from './clock';
import { DATABASE_FAULTS } from './database';
import { DISK_FAULTS } from './disk';
import type { Fault } from './fault';
import { FLAKY_FAULTS } from './flaky';
import { FROZEN_FAULTS } from './frozen';
import { NODE_FAULTS } from './nodes';
import { NETWORK_FAULTS } from './network';
import { READER_FAULTS } from './reader';
import { SERVER_FAULTS } from './server';

/** Every fault that the harness knows. */
export const FAULTS: readonly Fault[] = [
  ...SERVER_FAULTS,
  ...DATABASE_FAULTS,
  ...FROZEN_FAULTS,
  ...NETWORK_FAULTS,
  ...FLAKY_FAULTS,
  ...READER_FAULTS,
  ...CLOCK_FAULTS,
  ...DISK_FAULTS,
  ...NODE_FAULTS,
];
