import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { roomPath } from '@/components/rooms/room-path';
import { Alert } from '@/components/ui/alert';
import { Button } from '@/components/ui/button';
import { ButtonLink } from '@/components/ui/button-link';
import { dispatch } from '@/lib/chat/commands';
import type { Actor } from '@/lib/contracts/actor';
import type { Room } from '@/lib/contracts/entities';
import { AppError } from '@/lib/contracts/errors';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { requireActor } from '../../../../require-actor';

type Props = PageProps<'/user/rooms/delete/[room]'>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('deleteConfirm') };
}

async function findRoom(actor: Actor, room: string): Promise<Room> {
  try {
    return (await dispatch(actor, 'room:get', { room })).room;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound();
    throw error;
  }
}

export default async function DeleteRoomPage({ params }: Props) {
  const { room: segment } = await params;
  const actor = await requireActor(`/user/rooms/delete/${segment}`);
  const room = await findRoom(actor, decodeURIComponent(segment));
  const t = await getTranslations('rooms');
  const state = await readFormState();
  const { general } = formProblems(await getTranslations('errors'), state, []);
  if (actor.role !== 'administrator' && room.owner?.id !== actor.id) {
    return (
      <PageColumn>
        <PageHeader title={t('deleteForbiddenTitle')} />
        <p className="text-lg text-muted">
          {room.owner
            ? t('deleteForbidden', { room: room.name, owner: room.owner.username })
            : t('deleteForbiddenNobody', { room: room.name })}
        </p>
        <ButtonLink href={roomPath(room.name)} variant="secondary" prefetch={false} className="mt-8">
          {t('backToRoom')}
        </ButtonLink>
      </PageColumn>
    );
  }
  return (
    <PageColumn>
      <PageHeader title={<span className="break-words">{t('deleteTitle', { room: room.name })}</span>} />
      {general && <Alert>{general}</Alert>}
      <p className="max-w-prose text-lg text-muted">{t('deleteLead', { count: room.lastSeq })}</p>
      <form
        method="post"
        action={`/user/rooms/delete/${encodeURIComponent(room.name)}`}
        className="mt-8 flex flex-wrap gap-3"
      >
        <Button type="submit" variant="danger">
          {t('deleteConfirm')}
        </Button>
        <ButtonLink href="/user" variant="secondary" prefetch={false}>
          {t('deleteKeep')}
        </ButtonLink>
      </form>
    </PageColumn>
  );
}
