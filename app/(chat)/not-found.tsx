import { getTranslations } from 'next-intl/server';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { ButtonLink } from '@/components/ui/button-link';

/** A room or page that is not there, or not open to the asker: said beside the rooms that are. */
export default async function NotFoundHere() {
  const t = await getTranslations('errors');
  const rooms = await getTranslations('rooms');
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
