import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { ForgotForm } from '@/components/account/forgot-form';
import { LanguageChoice } from '@/components/account/preferences';
import { sendsLetters } from '@/lib/auth/forgotten-password';
import { forgotPath } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('forgotTitle') };
}

export default async function ForgotPage({ searchParams }: PageProps<'/forgot'>) {
  const t = await getTranslations('account');
  const state = await readFormState();
  const canSend = sendsLetters();
  const sent = canSend && !state && (await searchParams).sent !== undefined;
  return (
    <>
      <h1 className="text-title font-semibold">{t(sent ? 'forgotSentTitle' : 'forgotTitle')}</h1>
      <p className="mt-2 text-muted">{t(sent ? 'forgotSentLead' : canSend ? 'forgotLead' : 'forgotAskLead')}</p>
      {sent && <p className="mt-4 text-muted">{t('forgotSentNothing')}</p>}
      {canSend && !sent && (
        <div className="mt-9">
          <ForgotForm problems={formProblems(await getTranslations('errors'), state, ['email'])} />
        </div>
      )}
      <div className="mt-9 flex flex-wrap items-center justify-between gap-4 text-sm text-muted">
        <Link
          href="/login"
          prefetch={false}
          className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
        >
          {t('backToLogin')}
        </Link>
        <LanguageChoice returnTo={forgotPath(sent)} hideLegend />
      </div>
    </>
  );
}
