import { useTranslations } from 'next-intl';
import type { PendingMessage } from '@/lib/client/timeline';
import { buttonClass } from '@/components/ui/button';
import { MessageBody } from './message-body';
import { useReason } from './use-reason';

interface PendingItemProps {
  entry: PendingMessage;
  waiting: boolean;
  onRetry: (clientMessageId: string) => void;
  onDiscard: (clientMessageId: string) => void;
}

/** The body of a message that the room does not have yet: on its way, or refused with the reason and what to do. */
export function PendingItem({ entry, waiting, onRetry, onDiscard }: PendingItemProps) {
  const t = useTranslations('chat');
  const reason = useReason();
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
      <div role="alert" className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <span className="text-danger">
          {t('failed')} {reason(entry.failure?.code ?? '')}
        </span>
        <span className="flex gap-2">
          <button
            type="button"
            className={buttonClass({ variant: 'secondary', size: 'sm' })}
            onClick={() => onRetry(entry.clientMessageId)}
          >
            {t('retry')}
          </button>
          <button
            type="button"
            className={buttonClass({ variant: 'ghost', size: 'sm' })}
            onClick={() => onDiscard(entry.clientMessageId)}
          >
            {t('discard')}
          </button>
        </span>
      </div>
    </div>
  );
}
