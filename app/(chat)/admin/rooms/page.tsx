import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { AdminPage, MoreLink } from '@/components/admin/admin-page';
import { ListSearch } from '@/components/admin/list-search';
import { RoomList } from '@/components/admin/room-list';
import { listAllRooms } from '@/lib/chat/all-rooms';
import { read } from '../../found';
import NotFoundHere from '../../not-found';
import { listQuery, pageOf } from '../list-query';
import { requireAdministrator } from '../require-administrator';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('rooms') };
}

export default async function RoomsPage({ searchParams }: PageProps<'/admin/rooms'>) {
  const actor = await requireAdministrator('/admin/rooms');
  if (!actor) return <NotFoundHere />;
  const place = await listQuery(searchParams);
  const { rooms, nextCursor } = await read(pageOf(place, (input) => listAllRooms(actor, input)));
  const t = await getTranslations('admin');
  return (
    <AdminPage list="rooms">
      <ListSearch list="rooms" label={t('searchRooms')} q={place.q} />
      <RoomList rooms={rooms} />
      <MoreLink list="rooms" q={place.q} cursor={nextCursor} />
    </AdminPage>
  );
}
