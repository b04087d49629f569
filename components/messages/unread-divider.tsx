import { useTranslations } from 'next-intl';

/** Where one had stopped reading. */
export function UnreadDivider() {
  const t = useTranslations('chat');
  return (
    <div className="flex items-center gap-3 px-4 pt-3 pb-1 sm:px-6 [&]:[scroll-initial-target:nearest]">
      <span className="h-px flex-1 bg-accent" />
      <span className="text-xs font-semibold text-accent">{t('unread')}</span>
    </div>
  );
}
