import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { RoomSearch } from '@/components/rooms/room-search';
import { dispatch } from '@/lib/chat/commands';
import { read } from '../../found';
import { requireActor } from '../../require-actor';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('search'))('title') };
}

export default async function SearchPage() {
  const actor = await requireActor('/user/search');
  const t = await getTranslations('search');
  const found = await read(dispatch(actor, 'room:search', { q: '' }));
  return (
    <PageColumn>
      <PageHeader title={t('title')} />
      <RoomSearch initial={{ q: '', ...found }} />
    </PageColumn>
  );
}
