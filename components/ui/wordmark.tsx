import Link from 'next/link';
import { useTranslations } from 'next-intl';

/** The house's name as the way home. */
export function Wordmark() {
  const t = useTranslations('common');
  return (
    <Link
      href="/"
      prefetch={false}
      className="dash inline-flex min-h-6 items-center text-lg font-semibold tracking-tight"
    >
      {t('name')}
    </Link>
  );
}
