import { log } from '../log';
import { query } from '../queries';

/** Milliseconds for which sessions are gathered: when everybody comes back at once it is one statement and one commit, not thousands. */
const GATHER_MS = 250;

const seen = new Set<number>();
let timer: NodeJS.Timeout | undefined;

async function write(): Promise<void> {
  timer = undefined;
  const ids = [...seen];
  seen.clear();
  try {
    await query(
      `UPDATE sessions SET last_seen_at = now() WHERE id = ANY($1) AND last_seen_at < now() - interval '1 minute'`,
      [ids],
    );
  } catch (error) {
    log.debug({ err: error }, 'The times of sessions were not updated');
  }
}

/** Notes that a session was used; written a moment later. A failure is no reason to refuse the request that used it. */
export function noteSeen(sessionId: number): void {
  seen.add(sessionId);
  timer ??= setTimeout(() => void write(), GATHER_MS).unref();
}
