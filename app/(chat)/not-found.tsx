'use client';

import { useTranslations } from 'next-intl';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { ButtonLink } from '@/components/ui/button-link';

/** A room or page that is not there, or not open to the asker: said beside the rooms that are. */
export default function NotFoundHere() {
  const t = useTranslations('errors');
  const rooms = useTranslations('rooms');
  return (
    <PageColumn>
      <PageHeader title={t('notFoundTitle')} />
      <p className="max-w-prose text-lg text-muted">{t('notFound')}</p>
      <ButtonLink href="/user/search" variant="secondary" prefetch={false} className="mt-8">
        {rooms('find')}
      </ButtonLink>
    </PageColumn>
  );
}
