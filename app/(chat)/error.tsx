'use client';

import { useTranslations } from 'next-intl';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { Button } from '@/components/ui/button';

/** What a signed-in page shows in place of itself when rendering it failed; the rooms stay beside it. */
export default function ErrorHere({ retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('errors');
  const common = useTranslations('common');
  return (
    <PageColumn>
      <PageHeader title={t('brokenTitle')} />
      <p className="max-w-prose text-lg text-muted">{t('broken')}</p>
      <Button onClick={retry} className="mt-8">
        {common('tryAgain')}
      </Button>
    </PageColumn>
  );
}
