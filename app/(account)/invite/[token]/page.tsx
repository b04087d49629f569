import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { redirect } from 'next/navigation';
import { LanguageChoice } from '@/components/account/preferences';
import { DeadInvitation } from '@/components/invitations/dead-invitation';
import { Alert } from '@/components/ui/alert';
import { Button } from '@/components/ui/button';
import { ButtonLink } from '@/components/ui/button-link';
import { currentActor } from '@/lib/auth/page-session';
import { registrationSetting } from '@/lib/auth/registration';
import { previewInvitation } from '@/lib/chat/invitations';
import type { InvitedRoom } from '@/lib/contracts/entities';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { invitePath, loginPath, registerPath, roomPath } from '@/lib/contracts/paths';
import { answerStatus } from '@/lib/http/answer-status';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('invitations'))('pageTitle'), robots: { index: false, follow: false } };
}

async function Place({ room }: { room: InvitedRoom | null }) {
  const t = await getTranslations('invitations');
  return (
    <>
      <h1 className="text-title font-semibold break-words">
        {room ? t('pageRoom', { room: room.name }) : t('pageService')}
      </h1>
      {room?.topic && (
        <p className="mt-3 break-words">
          <bdi>{room.topic}</bdi>
        </p>
      )}
      <p className="mt-2 mb-9 text-muted">{room ? t('members', { count: room.memberCount }) : t('pageServiceLead')}</p>
    </>
  );
}

export default async function InvitePage({ params }: PageProps<'/invite/[token]'>) {
  const token = decodeURIComponent((await params).token);
  const path = invitePath(token);
  const actor = await currentActor();
  const invited = await previewInvitation(actor, token);
  if (!invited) {
    await answerStatus(ERROR_STATUS.not_found);
    return <DeadInvitation />;
  }
  const { room, standing } = invited;
  if (room && standing === 'member') redirect(roomPath(room.name));
  const t = await getTranslations('invitations');
  const state = await readFormState();
  if (actor && standing === 'removed') {
    await answerStatus(ERROR_STATUS.forbidden);
    return (
      <>
        <Place room={room} />
        <Alert>{t('removed')}</Alert>
      </>
    );
  }
  const { general } = formProblems(await getTranslations('errors'), state, []);
  const closed = registrationSetting() === 'closed';
  return (
    <>
      <Place room={room} />
      {general && (
        <div className="mb-6">
          <Alert>{general}</Alert>
        </div>
      )}
      {actor ? (
        <>
          <p className="mb-4 break-words">{room ? t('signedInAs', { username: actor.username }) : t('already')}</p>
          {room ? (
            <form method="post" action={path}>
              <Button type="submit" className="w-full">
                {t('join')}
              </Button>
            </form>
          ) : (
            <ButtonLink href="/user" className="w-full" prefetch={false}>
              {t('toStart')}
            </ButtonLink>
          )}
        </>
      ) : (
        <>
          {closed && <p className="mb-4">{t('closed')}</p>}
          <div className="flex flex-wrap gap-3">
            {!closed && (
              <ButtonLink href={registerPath(token)} className="grow" prefetch={false}>
                {t('register')}
              </ButtonLink>
            )}
            <ButtonLink
              href={loginPath(path)}
              variant={closed ? 'primary' : 'secondary'}
              className="grow"
              prefetch={false}
            >
              {t('signInToJoin')}
            </ButtonLink>
          </div>
          <div className="mt-9 flex justify-end text-sm text-muted">
            <LanguageChoice returnTo={path} hideLegend />
          </div>
        </>
      )}
    </>
  );
}
