import { ArrowDown } from 'lucide-react';
import { useTranslations } from 'next-intl';

/** Leads from the past to the present; `count` is how many messages are new there. */
export function JumpToLatest({ count, onJump }: { count: number; onJump: () => void }) {
  const t = useTranslations('chat');
  return (
    <div className="pointer-events-none absolute inset-x-0 bottom-3 z-10 flex justify-center">
      <button
        type="button"
        onClick={onJump}
        className="pointer-events-auto inline-flex min-h-9 animate-appear items-center gap-2 rounded-full border border-line bg-raised px-4 text-sm font-medium text-ink shadow-float hover:border-control"
      >
        <ArrowDown size={16} aria-hidden="true" className="text-accent" />
        {t('jumpToLatest')}
        {count > 0 && <span className="text-accent tabular-nums">{t('newMessages', { count })}</span>}
      </button>
    </div>
  );
}
