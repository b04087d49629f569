import { useTranslations } from 'next-intl';
import type { PendingMessage } from '@/lib/client/pending';
import type { MessageActions } from './message-item';
import { PendingItem } from './pending-item';

/** The last ones are what one has just written; more would only push away what one reads. */
const SHOWN = 3;

interface OutOfViewProps {
  entries: readonly PendingMessage[];
  waiting: boolean;
  actions: MessageActions;
}

/** What one writes while the past is shown: its place is at the end of the room, which is not loaded. Nothing if there is nothing. */
export function OutOfView({ entries, waiting, actions }: OutOfViewProps) {
  const t = useTranslations('chat');
  if (entries.length === 0) return null;
  return (
    <section
      aria-labelledby="out-of-view"
      tabIndex={0}
      className="max-h-40 shrink-0 space-y-1 overflow-y-auto border-t border-line bg-surface px-4 py-2 sm:px-6"
    >
      <h2 id="out-of-view" className="text-xs text-muted">
        {t('outOfView')}
      </h2>
      {entries.slice(-SHOWN).map((entry) => (
        <PendingItem
          key={entry.clientMessageId}
          entry={entry}
          waiting={waiting}
          onRetry={actions.retry}
          onDiscard={actions.discard}
        />
      ))}
    </section>
  );
}
