import type { Protocol } from '../load/wire';

/** A room of those that a subject is measured with, and what its members sign in with: empty where nobody signs in. */
export interface SubjectRoom {
  name: string;
  tokens: string[];
}

export interface Size {
  rooms: number;
  perRoom: number;
}

/** A server that runs, and is about to be measured. */
export interface Running {
  pid: number;
  port: number;
  /** where Node's inspector listens once the process is sent SIGUSR1 */
  inspectorPort: number;
  rooms: SubjectRoom[];
  /** other nodes of the same service: clients are shared out, so that a room has members on each */
  others?: readonly { pid: number; port: number }[];
  /** process of the Redis through which nodes hear of each other */
  redis?: number;
  stop(): Promise<void>;
}

/** Something that is measured beside others. */
export interface Subject {
  name: string;
  protocol: Protocol;
  /** whether it makes pages of its rooms */
  hasPages: boolean;
  /**
   * Starts it, with an empty database of its own where it needs one.
   *
   * @param admin URL of a database whose user may make others
   */
  start(admin: string, size: Size): Promise<Running>;
}
