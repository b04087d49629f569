import { useTranslations } from 'next-intl';
import { buttonClass } from '@/components/ui/button';
import { useReason } from './use-reason';

interface RefusedNoticeProps {
  /** the error's code */
  code: string;
  /** just now, before one's eyes: it is announced; what was refused earlier is merely there */
  fresh?: boolean;
  onRetry: () => void;
  onDiscard: () => void;
}

/** Why a message was not sent, and what its author can do. */
export function RefusedNotice({ code, fresh = false, onRetry, onDiscard }: RefusedNoticeProps) {
  const t = useTranslations('chat');
  const reason = useReason();
  return (
    <div role={fresh ? 'alert' : undefined} className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
      <span className="text-danger">
        {t('failed')} {reason(code)}
      </span>
      <span className="flex gap-2">
        <button type="button" className={buttonClass({ variant: 'secondary', size: 'sm' })} onClick={onRetry}>
          {t('retry')}
        </button>
        <button type="button" className={buttonClass({ variant: 'ghost', size: 'sm' })} onClick={onDiscard}>
          {t('discard')}
        </button>
      </span>
    </div>
  );
}
