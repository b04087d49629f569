import type { Message } from '@/lib/contracts/entities';
import { isMessage } from './guards';
import { isKeptEntry, type KeptEntry } from './outbox-entry';

/** What one tab tells the others of an outbox that is theirs together. */
export type TabNews =
  | { type: 'queued'; entry: KeptEntry }
  | { type: 'sent'; clientMessageId: string; message: Message }
  | { type: 'failed'; entry: KeptEntry }
  | { type: 'discarded'; clientMessageId: string }
  /** nothing of that room is to be sent before then, in milliseconds since the epoch */
  | { type: 'paused'; roomId: number; until: number };

/** What the tabs of one account share beside the store. */
export interface OutboxTabs {
  tell(news: TabNews): void;
  /** Begins to hear the other tabs. @returns a function that ends it, and this tab's telling with it */
  listen(handler: (news: TabNews) => void): () => void;
  /**
   * Runs the work while no other tab of the account runs its own for this room.
   *
   * @param signal gives up waiting; the work that has begun goes on
   */
  alone(roomId: number, signal: AbortSignal, work: () => Promise<void>): Promise<void>;
}

function isTabNews(value: unknown): value is TabNews {
  if (typeof value !== 'object' || value === null) return false;
  const has = (key: string, type: string) => typeof Reflect.get(value, key) === type;
  switch (Reflect.get(value, 'type')) {
    case 'queued':
    case 'failed':
      return isKeptEntry(Reflect.get(value, 'entry'));
    case 'sent':
      return has('clientMessageId', 'string') && isMessage(Reflect.get(value, 'message'));
    case 'discarded':
      return has('clientMessageId', 'string');
    case 'paused':
      return has('roomId', 'number') && has('until', 'number');
    default:
      return false;
  }
}

/**
 * The other tabs of this browser, over what it has for that. Where it has nothing (Web Locks need HTTPS or localhost), tabs send
 * without waiting for each other: the server stores each id once anyway.
 */
export function browserTabs(accountId: number): OutboxTabs {
  let channel: BroadcastChannel | undefined;
  return {
    tell: (news) => channel?.postMessage(news),
    listen(handler) {
      if (!('BroadcastChannel' in globalThis)) return () => undefined;
      const made = (channel = new BroadcastChannel(`beseda:outbox:${accountId}`));
      made.onmessage = ({ data }: MessageEvent<unknown>) => isTabNews(data) && handler(data);
      return () => {
        made.close();
        channel = undefined;
      };
    },
    async alone(roomId, signal, work) {
      if (!('locks' in navigator)) return work();
      try {
        await navigator.locks.request(`beseda:outbox:${accountId}:${roomId}`, { signal }, work);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
  };
}
