import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { RoomSearch } from '@/components/rooms/room-search';
import { dispatch } from '@/lib/chat/commands';
import { AppError } from '@/lib/contracts/errors';
import { read } from '../../../found';
import { requireActor } from '../../../require-actor';

type Props = PageProps<'/user/search/results'>;

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

export async function generateMetadata({ searchParams }: Props): Promise<Metadata> {
  const t = await getTranslations('search');
  const query = first((await searchParams).q)?.trim();
  return { title: query ? t('titleWith', { query }) : t('title') };
}

export default async function SearchResultsPage({ searchParams }: Props) {
  const parameters = await searchParams;
  const q = first(parameters.q) ?? '';
  const cursor = first(parameters.cursor);
  const actor = await requireActor(`/user/search/results?${new URLSearchParams({ q }).toString()}`);
  const t = await getTranslations('search');
  // A cursor that was cut short in copying is no reason for an error: the search starts at its beginning.
  const found = await read(
    dispatch(actor, 'room:search', { q, ...(cursor ? { cursor } : {}) }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'unprocessable') return dispatch(actor, 'room:search', { q: '' });
      throw error;
    }),
  );
  return (
    <PageColumn>
      <PageHeader title={t('title')} />
      <RoomSearch key={`${q} ${cursor ?? ''}`} initial={{ q, ...found }} />
    </PageColumn>
  );
}
