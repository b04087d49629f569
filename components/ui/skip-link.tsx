import { useTranslations } from 'next-intl';

/** The id of what the skip link leads to. */
export const CONTENT_ID = 'content';

/** For the keyboard: past everything that stands before the content. */
export function SkipLink() {
  const t = useTranslations('common');
  return (
    <a
      href={`#${CONTENT_ID}`}
      className="fixed start-3 top-3 z-50 -translate-y-20 rounded-md bg-accent px-4 py-2 font-medium text-accent-ink focus:translate-y-0"
    >
      {t('skipToContent')}
    </a>
  );
}
