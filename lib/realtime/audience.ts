import type { Frame } from './frame';

/** Everyone who is in a room on this process. */
export interface Audience {
  readonly roomId: number;
  /** the room's name */
  readonly name: string;
  /** Tells everyone here, except one user's connections. */
  broadcast(frame: Frame, exceptUserId?: number): void;
}
