import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { roomPath } from '@/lib/contracts/paths';
import { Alert } from '@/components/ui/alert';
import { Button } from '@/components/ui/button';
import { ButtonLink } from '@/components/ui/button-link';
import { roomToManage } from '@/lib/chat/all-rooms';
import { dispatch } from '@/lib/chat/commands';
import type { Room } from '@/lib/contracts/entities';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { deletionPath } from '@/lib/contracts/paths';
import { toRoomName } from '@/lib/contracts/text';
import { answerStatus } from '@/lib/http/answer-status';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { found } from '../../../../found';
import NotFoundHere from '../../../../not-found';
import { requireActor } from '../../../../require-actor';

type Props = PageProps<'/user/rooms/delete/[room]'>;

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('deleteConfirm') };
}

export default async function DeleteRoomPage({ params }: Props) {
  const { room: segment } = await params;
  const name = toRoomName(decodeURIComponent(segment));
  const actor = await requireActor(deletionPath(name));
  const isAdministrator = actor.role === 'administrator';
  const access = await found<{ room: Room }>(
    isAdministrator ? roomToManage(actor, name) : dispatch(actor, 'room:get', { room: name }),
    deletionPath,
  );
  if (!access) return <NotFoundHere />;
  const { room } = access;
  const t = await getTranslations('rooms');
  const state = await readFormState();
  const { general } = formProblems(await getTranslations('errors'), state, []);
  if (!isAdministrator && room.owner?.id !== actor.id) {
    await answerStatus(ERROR_STATUS.forbidden);
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
      <form method="post" action={deletionPath(room.name)} className="mt-8 flex flex-wrap gap-3">
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
