import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { headers } from 'next/headers';
import { CodeForm } from '@/components/account/code-form';
import { LoginForm } from '@/components/account/login-form';
import { OrOpenId } from '@/components/account/openid-form';
import { LanguageChoice } from '@/components/account/preferences';
import { safeCallbackPath } from '@/lib/auth/callback-url';
import { challengeOfCookies } from '@/lib/auth/cookies';
import { CHALLENGE_ENDED } from '@/lib/auth/finish-sign-in';
import { Note } from '@/components/ui/note';
import { openIdName } from '@/lib/auth/identities';
import { readRefusal } from '@/lib/auth/openid-refusals';
import { currentActor } from '@/lib/auth/page-session';
import { registrationNow } from '@/lib/auth/registration';
import { SUSPENDED } from '@/lib/auth/sessions';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { answerStatus } from '@/lib/http/answer-status';
import { readChallenge } from '@/lib/auth/sign-in-challenge';
import { forgotPath, loginPath, loginStepPath, type LoginStep } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('loginTitle') };
}

/** Whether the second step is asked for, and the first one was taken a moment ago. */
async function hasChallenge(): Promise<boolean> {
  return (await readChallenge(challengeOfCookies((await headers()).get('cookie') ?? ''))) !== null;
}

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const t = await getTranslations('account');
  const errors = await getTranslations('errors');
  const state = await readFormState();
  const problems = { ...formProblems(errors, state, ['email', 'password']) };
  // At sign-in 401 means one thing only, and "sign in first" is not it.
  if (state?.code === 'unauthenticated') problems.general = errors('signIn');
  if (state?.detail === SUSPENDED) problems.general = errors('suspended');
  // Any origin does: only what is a path of the same one comes back as a path.
  const callbackUrl = safeCallbackPath(
    state?.values.callbackUrl ?? (await searchParams).callbackUrl,
    'http://localhost',
    '',
  );
  const { notice, refused, step: asked } = await searchParams;
  const provider = openIdName();
  const refusal = state ? null : readRefusal(refused);
  if (!state && !refusal && (await currentActor())) redirect(callbackUrl || '/user');
  if (refusal && provider !== null) {
    problems.general = (await getTranslations('openId'))(`refused.${refusal.key}`, { name: provider });
    await answerStatus(ERROR_STATUS[refusal.code]);
  }
  const wanted = state ? state.values.step : asked;
  const step: LoginStep | null = wanted === 'code' || wanted === 'recovery' ? wanted : null;
  const isSecond = step !== null && state?.detail !== CHALLENGE_ENDED && (await hasChallenge());
  if (isSecond) {
    const ofCode = formProblems(errors, state, ['code']);
    if (state?.detail === SUSPENDED) ofCode.general = errors('suspended');
    return (
      <>
        <h1 className="text-title font-semibold">{t('codeTitle')}</h1>
        <p className="mt-2 mb-9 text-muted">{t(step === 'recovery' ? 'recoveryLead' : 'codeLead')}</p>
        <CodeForm problems={ofCode} step={step} callbackUrl={callbackUrl} />
        <div className="mt-9 flex justify-end text-sm text-muted">
          <LanguageChoice returnTo={loginStepPath(step, callbackUrl)} hideLegend />
        </div>
      </>
    );
  }
  // Without its cookie the second step is the first one again, and says why.
  if (step !== null) problems.general = t('codeExpired');
  return (
    <>
      <h1 className="text-title font-semibold">{t('loginTitle')}</h1>
      <p className="mt-2 mb-9 text-muted">{t('loginLead')}</p>
      {!state && (notice === 'ended' || notice === 'deleted') && (
        <div className="mb-6">
          <Note>{t(`notice_${notice}`)}</Note>
        </div>
      )}
      <LoginForm problems={problems} callbackUrl={callbackUrl} />
      <p className="mt-4 text-center text-sm">
        <Link
          href={forgotPath()}
          prefetch={false}
          className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
        >
          {t('forgotLink')}
        </Link>
      </p>
      {provider !== null && <OrOpenId name={provider} callbackUrl={callbackUrl} />}
      <div className="mt-9 flex flex-wrap items-center justify-between gap-4 text-sm text-muted">
        {(await registrationNow()) === 'open' && (
          <p>
            {t('noAccount')}{' '}
            <Link
              href="/register"
              className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
            >
              {t('registerTitle')}
            </Link>
          </p>
        )}
        <LanguageChoice returnTo={loginPath(callbackUrl)} hideLegend />
      </div>
    </>
  );
}
