import { useTranslations } from 'next-intl';
import { LinkToCopy } from '@/components/ui/link-to-copy';
import { LocalTime } from '@/components/ui/local-time';

interface MadeLinkProps {
  title: string;
  /** what the link is for */
  lead: string;
  url: string;
  expiresAt: string;
}

/** The link that was just made, which nobody can look up later. */
export function MadeLink({ title, lead, url, expiresAt }: MadeLinkProps) {
  const t = useTranslations('admin');
  return (
    <section aria-labelledby="made-link" className="mb-8 rounded-lg border border-line bg-raised p-5">
      <h2 id="made-link" className="text-lg font-semibold tracking-tight">
        {title}
      </h2>
      <p className="mt-1 mb-4 max-w-prose text-sm text-muted">
        {lead}{' '}
        <span className="whitespace-nowrap">
          {t('resetUntil')} <LocalTime value={expiresAt} />
        </span>
      </p>
      <LinkToCopy url={url} words={{ link: t('link'), copy: t('copy'), copied: t('copied') }} />
    </section>
  );
}
