import { Lock } from 'lucide-react';
import { useTranslations } from 'next-intl';

/** Stands beside the name of a private room. */
export function PrivateSign() {
  const t = useTranslations('rooms');
  return (
    <span className="shrink-0 text-muted" title={t('private')}>
      <Lock size={14} aria-hidden="true" />
      <span className="sr-only">{t('private')}</span>
    </span>
  );
}
