import type { Account } from './entities';

/** Whoever is signed in and asks: the account, and the session that the credential belongs to. */
export interface Actor extends Account {
  sessionId: number;
  /** when that session ends by itself: milliseconds as `Date.now()` counts them, because a Date in each connection is half a kilobyte */
  sessionEndsAt: number;
}
