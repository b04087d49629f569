import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { PendingMessage } from '@/lib/client/pending';
import { MessageBody } from './message-body';
import { RefusedNotice } from './refused-notice';

interface PendingItemProps {
  entry: PendingMessage;
  waiting: boolean;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
}

/**
 * The body of a message that the room does not show yet: on its way, stored but without its surroundings, or refused with the reason
 * and what to do.
 */
export function PendingItem({ entry, waiting, onRetry, onDiscard }: PendingItemProps) {
  const t = useTranslations('chat');
  const [waited, setWaited] = useState(false);
  if (entry.state === 'pending' && !waited) setWaited(true);
  if (entry.state === 'sent') return <MessageBody body={entry.body} />;
  if (entry.state !== 'failed') {
    return (
      <div className="text-muted">
        <MessageBody body={entry.body} />
        <span className={waiting ? 'text-xs text-muted' : 'sr-only'}>{t(waiting ? 'waiting' : 'sending')}</span>
      </div>
    );
  }
  return (
    <div>
      <MessageBody body={entry.body} />
      <RefusedNotice
        code={entry.failure?.code ?? ''}
        fresh={waited}
        onRetry={() => onRetry(entry.clientMessageId)}
        onDiscard={() => onDiscard(entry.clientMessageId)}
      />
    </div>
  );
}
