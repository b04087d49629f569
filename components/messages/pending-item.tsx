import { useTranslations } from 'next-intl';
import type { PendingMessage } from '@/lib/client/pending';
import { MessageBody } from './message-body';
import { RefusedNotice } from './refused-notice';

interface PendingItemProps {
  entry: PendingMessage;
  waiting: boolean;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
}

/** The body of a message that the room does not have yet: on its way, or refused with the reason and what to do. */
export function PendingItem({ entry, waiting, onRetry, onDiscard }: PendingItemProps) {
  const t = useTranslations('chat');
  if (entry.state !== 'failed') {
    return (
      <div className={entry.state === 'sent' ? undefined : 'text-muted'}>
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
        onRetry={() => onRetry(entry.clientMessageId)}
        onDiscard={() => onDiscard(entry.clientMessageId)}
      />
    </div>
  );
}
