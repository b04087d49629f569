import { useTranslations } from 'next-intl';
import { LocalTime } from '@/components/ui/local-time';
import { ResetLink } from './reset-link';

/** The link that was just made, which nobody can look up later. */
export function MadeLink({ username, url, expiresAt }: { username: string; url: string; expiresAt: string }) {
  const t = useTranslations('admin');
  return (
    <section aria-labelledby="made-link" className="mb-8 rounded-lg border border-line bg-raised p-5">
      <h2 id="made-link" className="text-lg font-semibold tracking-tight">
        {t('resetMade', { username })}
      </h2>
      <p className="mt-1 mb-4 max-w-prose text-sm text-muted">
        {t('resetLead', { username })} {t('resetUntil')} <LocalTime value={expiresAt} />.
      </p>
      <ResetLink url={url} words={{ link: t('link'), copy: t('copy'), copied: t('copied') }} />
    </section>
  );
}
