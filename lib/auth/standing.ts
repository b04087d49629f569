import type { Actor } from '../contracts/actor';
import type { Account } from '../contracts/entities';
import { pool } from '../db';
import { ACCOUNT_COLUMNS, presentAccount, type AccountRow } from './account-row';

/** Sessions in one statement: to read the answer for more would hold up the event loop. */
const MOST = 1_000;

/** What became of somebody who is connected: `account` is null where their session has ended. */
export interface Standing {
  actor: Actor;
  account: Account | null;
}

function isSame(a: Account, b: Account): boolean {
  return a.username === b.username && a.email === b.email && a.role === b.role && a.locale === b.locale;
}

async function standingsOf(actors: readonly Actor[]): Promise<Standing[]> {
  const { rows } = await pool().query<AccountRow & { session_id: number }>(
    `SELECT ${ACCOUNT_COLUMNS}, s.id AS session_id FROM sessions s JOIN users u ON u.id = s.user_id
      WHERE s.id = ANY($1::int[]) AND s.revoked_at IS NULL AND u.suspended_at IS NULL`,
    [actors.map(({ sessionId }) => sessionId)],
  );
  const accounts = new Map(rows.map((row) => [row.session_id, presentAccount(row)]));
  return actors.map((actor) => ({ actor, account: accounts.get(actor.sessionId) ?? null }));
}

/**
 * Compares who is connected with the database.
 *
 * @param actors one for each session
 * @returns those whose session has ended, or whose account is another by now
 * @throws what the pool throws
 */
export async function changedSince(actors: readonly Actor[]): Promise<Standing[]> {
  const changed: Standing[] = [];
  for (let start = 0; start < actors.length; start += MOST) {
    const standings = await standingsOf(actors.slice(start, start + MOST));
    changed.push(...standings.filter(({ actor, account }) => account === null || !isSame(actor, account)));
  }
  return changed;
}
