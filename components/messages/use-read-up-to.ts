import { useEffect, useState } from 'react';
import type { RoomSession } from '@/lib/client/room-session';

/**
 * Where the unread messages begin: behind the last one read when the room was opened, or when one looked away and others came.
 * It stays while one reads on, so that one can find it again.
 *
 * @param opened how far one had read on opening; null when not a member yet
 * @param absent how far one had read before an absence so long that the room was opened anew; null without one
 * @returns the last message read (null: nothing was unread), and what forgets it
 */
export function useReadUpTo(
  session: RoomSession,
  opened: number | null,
  absent: number | null,
): [number | null, () => void] {
  const [readUpTo, setReadUpTo] = useState(() =>
    opened !== null && opened < session.state.get().timeline.lastSeq ? opened : null,
  );
  const [known, setKnown] = useState(absent);
  if (absent !== known) {
    setKnown(absent);
    setReadUpTo(absent);
  }
  useEffect(() => {
    let left: number | null = null;
    const onVisibility = () => {
      const { lastReadSeq, lastSeq } = session.state.get().timeline;
      if (document.visibilityState === 'hidden') left = lastReadSeq;
      else if (left !== null && lastSeq > left) setReadUpTo(left);
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => document.removeEventListener('visibilitychange', onVisibility);
  }, [session]);
  return [readUpTo, () => setReadUpTo(null)];
}
