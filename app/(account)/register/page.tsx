import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { OrOpenId } from '@/components/account/openid-form';
import { LanguageChoice } from '@/components/account/preferences';
import { RegisterForm } from '@/components/account/register-form';
import { RegistrationShut } from '@/components/account/registration-shut';
import { DeadInvitation } from '@/components/invitations/dead-invitation';
import { openIdName } from '@/lib/auth/identities';
import { currentActor } from '@/lib/auth/page-session';
import { registrationNow } from '@/lib/auth/registration';
import { previewInvitation } from '@/lib/chat/invitations';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { invitePath, loginPath, registerPath } from '@/lib/contracts/paths';
import { answerStatus } from '@/lib/http/answer-status';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('registerTitle') };
}

export default async function RegisterPage({ searchParams }: PageProps<'/register'>) {
  const state = await readFormState();
  const asked = state ? state.values.invitation : (await searchParams).invitation;
  const invitation = typeof asked === 'string' ? asked : '';
  if (!state && (await currentActor())) redirect(invitation ? invitePath(invitation) : '/user');
  const invited = invitation ? await previewInvitation(null, invitation) : null;
  if (invitation && !invited) {
    await answerStatus(ERROR_STATUS.not_found);
    return <DeadInvitation />;
  }
  const t = await getTranslations('account');
  const registration = await registrationNow(state?.code === 'forbidden');
  if (registration !== 'open' && !(registration === 'invited' && invited))
    return <RegistrationShut registration={registration} />;
  const provider = openIdName();
  const problems = formProblems(await getTranslations('errors'), state, ['email', 'username', 'password']);
  return (
    <>
      <h1 className="text-title font-semibold">{t('registerTitle')}</h1>
      <p className="mt-2 mb-9 text-muted">
        {invited?.room
          ? (await getTranslations('invitations'))('registerRoom', { room: invited.room.name })
          : t('registerLead')}
      </p>
      <RegisterForm problems={problems} invitation={invitation} />
      {provider !== null && <OrOpenId name={provider} invitation={invitation} />}
      <div className="mt-9 flex flex-wrap items-center justify-between gap-4 text-sm text-muted">
        <p>
          {t('haveAccount')}{' '}
          <Link
            href={loginPath(invitation && invitePath(invitation))}
            className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
          >
            {t('loginSubmit')}
          </Link>
        </p>
        <LanguageChoice returnTo={registerPath(invitation || undefined)} hideLegend />
      </div>
    </>
  );
}
