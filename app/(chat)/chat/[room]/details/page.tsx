import type { Metadata } from 'next';
import { ArrowLeft } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import { InvitationForm } from '@/components/invitations/invitation-form';
import { InvitationList } from '@/components/invitations/invitation-list';
import { Kept } from '@/components/invitations/kept';
import { MadeLink } from '@/components/invitations/made-link';
import { LiveDetails } from '@/components/rooms/details/live-details';
import { MemberList } from '@/components/rooms/details/member-list';
import { Posting } from '@/components/rooms/details/posting';
import { SettingsForm } from '@/components/rooms/details/settings-form';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { PrivateSign } from '@/components/rooms/private-sign';
import { Alert } from '@/components/ui/alert';
import { Button } from '@/components/ui/button';
import { ButtonLink } from '@/components/ui/button-link';
import { Field } from '@/components/ui/field';
import { dispatch } from '@/lib/chat/commands';
import { deletionPath, detailsPath, roomPath } from '@/lib/contracts/paths';
import { toRoomName } from '@/lib/contracts/text';
import { readFormState } from '@/lib/http/form-state';
import { formProblems, NO_PROBLEMS } from '@/lib/i18n/form-messages';
import { found } from '../../../found';
import NotFoundHere from '../../../not-found';
import { requireActor } from '../../../require-actor';

type Props = PageProps<'/chat/[room]/details'>;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const t = await getTranslations('details');
  return { title: t('title', { room: toRoomName(decodeURIComponent((await params).room)) }) };
}

export default async function DetailsPage({ params }: Props) {
  const name = toRoomName(decodeURIComponent((await params).room));
  const path = detailsPath(name);
  const actor = await requireActor(path);
  const read = Promise.all([
    dispatch(actor, 'room:get', { room: name }),
    dispatch(actor, 'member:list', { room: name }),
  ]);
  const access = await found(read, detailsPath);
  if (!access) return <NotFoundHere />;
  const [{ room, membership }, { members }] = access;
  const t = await getTranslations('details');
  const rooms = await getTranslations('rooms');
  const state = await readFormState();
  const problems = formProblems(await getTranslations('errors'), state?.shownOnce ? null : state, [
    'name',
    'topic',
    'username',
  ]);
  const refused = state?.values.action;
  const manages = actor.role === 'administrator' || room.owner?.id === actor.id;
  const invitations = manages
    ? await found(dispatch(actor, 'invitation:list', { room: room.name }), detailsPath)
    : null;
  const invite = await getTranslations('invitations');
  const { url, expiresAt } = state?.shownOnce ?? {};
  const owns = membership?.role === 'owner';
  const section = 'text-xl font-semibold tracking-tight';
  return (
    <PageColumn>
      <PageHeader
        title={
          <span className="flex items-baseline gap-3">
            <bdi className="truncate">{room.name}</bdi>
            {room.visibility === 'private' && <PrivateSign />}
          </span>
        }
      >
        <ButtonLink
          href={roomPath(room.name)}
          variant="secondary"
          size="sm"
          prefetch={false}
          title={rooms('backToRoom')}
        >
          <ArrowLeft size={16} aria-hidden="true" />
          <span className="sr-only sm:not-sr-only">{rooms('backToRoom')}</span>
        </ButtonLink>
      </PageHeader>
      <LiveDetails room={{ id: room.id, name: room.name, revision: room.revision }} member={membership !== null}>
        {problems.general && (
          <div className="mb-6">
            <Alert>{problems.general}</Alert>
          </div>
        )}
        <Kept>
          {url && expiresAt && (
            <MadeLink title={invite('madeTitle')} lead={invite('madeLead')} url={url} expiresAt={expiresAt} />
          )}
        </Kept>
        {room.topic && (
          <p className="max-w-prose text-lg break-words">
            <bdi>{room.topic}</bdi>
          </p>
        )}
        <p className="mt-2 text-muted">{t(`${room.visibility}Lead`)}</p>

        <section id="members" aria-labelledby="members-title" className="mt-14 scroll-mt-8">
          <h2 id="members-title" className={`${section} mb-6`}>
            {t('members', { count: members.length })}
          </h2>
          {manages && (
            <form method="post" action={path} noValidate className="mb-6 flex items-end gap-3">
              <input type="hidden" name="action" value="add" />
              <Field
                name="username"
                label={t('add')}
                error={problems.fields.username}
                defaultValue={refused === 'add' ? problems.values.username : undefined}
                autoComplete="off"
                autoCapitalize="none"
                required
                className="min-w-0 flex-1"
              />
              <Button type="submit" variant="secondary" className={problems.fields.username ? 'mb-7' : undefined}>
                {t('addSubmit')}
              </Button>
            </form>
          )}
          <MemberList members={members} meId={actor.id} manages={manages} path={path} />
        </section>

        {invitations && (
          <section id="invitations" aria-labelledby="invitations-title" className="mt-14 scroll-mt-8">
            <h2 id="invitations-title" className={`${section} mb-1`}>
              {invite('title')}
            </h2>
            <p className="mb-5 max-w-prose text-muted">{invite('roomLead')}</p>
            <InvitationForm path={path} action="invite" />
            <div className="mt-6">
              <InvitationList
                invitations={invitations.invitations}
                revoking={(id) => ({ path, fields: { action: 'revoke-invitation', invitation: String(id) } })}
              />
            </div>
          </section>
        )}

        {manages && (
          <section aria-labelledby="settings-title" className="mt-14">
            <h2 id="settings-title" className={`${section} mb-6`}>
              {t('settings')}
            </h2>
            <SettingsForm room={room} path={path} problems={refused === 'update' ? problems : NO_PROBLEMS} />
          </section>
        )}

        {membership && (
          <section aria-labelledby="leaving-title" className="mt-14">
            <h2 id="leaving-title" className={`${section} mb-1`}>
              {t('leaving')}
            </h2>
            <p className="max-w-prose text-muted">{t(owns ? 'leaveOwner' : `leave_${room.visibility}`)}</p>
            {!owns && (
              <div className="mt-5">
                <Posting path={path} action="leave" variant="secondary">
                  {t('leave')}
                </Posting>
              </div>
            )}
          </section>
        )}

        {manages && (
          <section aria-labelledby="deleting-title" className="mt-14">
            <h2 id="deleting-title" className={`${section} mb-1`}>
              {t('deleting')}
            </h2>
            <p className="mb-5 max-w-prose text-muted">{t('deletingLead')}</p>
            <ButtonLink href={deletionPath(room.name)} variant="secondary" prefetch={false}>
              {t('deletingOpen')}
            </ButtonLink>
          </section>
        )}
      </LiveDetails>
    </PageColumn>
  );
}
