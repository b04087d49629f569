import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { LanguageChoice } from '@/components/account/preferences';
import { ResetForm } from '@/components/account/reset-form';
import { ButtonLink } from '@/components/ui/button-link';
import { sendsLetters } from '@/lib/auth/forgotten-password';
import { openIdName } from '@/lib/auth/identities';
import { usernameOfReset } from '@/lib/auth/password-resets';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { forgotPath, resetPath } from '@/lib/contracts/paths';
import { answerStatus } from '@/lib/http/answer-status';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('resetTitle'), robots: { index: false, follow: false } };
}

export default async function ResetPage({ searchParams }: PageProps<'/reset'>) {
  const t = await getTranslations('account');
  const state = await readFormState();
  const token = state?.values.token ?? (await searchParams).token;
  const username = typeof token === 'string' ? await usernameOfReset(token) : null;
  if (typeof token !== 'string' || username === null) {
    await answerStatus(ERROR_STATUS.not_found);
    const again = sendsLetters();
    return (
      <>
        <h1 className="text-title font-semibold">{t('resetDeadTitle')}</h1>
        <p className="mt-2 mb-9 text-muted">{t(again ? 'resetDeadAgain' : 'resetDeadLead')}</p>
        <ButtonLink href={again ? forgotPath() : '/login'} variant="secondary" prefetch={false}>
          {t(again ? 'forgotAgain' : 'loginSubmit')}
        </ButtonLink>
      </>
    );
  }
  const provider = openIdName();
  const problems = formProblems(await getTranslations('errors'), state, ['password']);
  return (
    <>
      <h1 className="text-title font-semibold">{t('resetTitle')}</h1>
      <p className="mt-2 mb-9 break-words text-muted">
        {t('resetLead', { username })} {provider !== null && t('resetDisconnects', { name: provider })}
      </p>
      <ResetForm problems={problems} token={token} username={username} />
      <div className="mt-9 flex justify-end text-sm text-muted">
        <LanguageChoice returnTo={resetPath(token)} hideLegend />
      </div>
    </>
  );
}
