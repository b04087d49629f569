import type { Metadata } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { NoPassword } from '@/components/account/openid-form';
import { ConnectionForm, EmailForm, PasswordForm, UsernameForm } from '@/components/account/own-forms';
import { LanguageChoice, ThemeChoice } from '@/components/account/preferences';
import { SessionList } from '@/components/account/session-list';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { FormSummary } from '@/components/ui/form-summary';
import { ButtonLink } from '@/components/ui/button-link';
import { Note } from '@/components/ui/note';
import { openIdName, signInMethods } from '@/lib/auth/identities';
import { readRefusal } from '@/lib/auth/openid-refusals';
import { listSessions } from '@/lib/auth/own-sessions';
import { secondFactorOf } from '@/lib/auth/second-factor';
import { accountFormSchema, type AccountForm } from '@/lib/contracts/accounts';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import { answerStatus } from '@/lib/http/answer-status';
import { ACCOUNT_DELETION_PATH, accountPath, CONNECTION_ID, twoStepPath } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { clientMessages } from '@/lib/i18n/client-messages';
import { formProblems } from '@/lib/i18n/form-messages';
import { chooseTheme, THEME_COOKIE } from '@/lib/i18n/locales';
import { read } from '../../found';
import { requireActor } from '../../require-actor';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('ownTitle') };
}

const FIELDS: Record<AccountForm, string[]> = {
  username: ['username'],
  email: ['email', 'password'],
  password: ['currentPassword', 'newPassword'],
  sessions: [],
  connect: ['password', 'code'],
  disconnect: [],
};

function Section({ id, title, lead, children }: { id: string; title: string; lead?: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="text-xl font-semibold tracking-tight">
        {title}
      </h2>
      {lead && <p className="mt-1 max-w-prose text-muted">{lead}</p>}
      <div className="mt-6">{children}</div>
    </section>
  );
}

/** What is said of the provider's connection. */
function leadOf(hasPassword: boolean, connected: boolean) {
  if (connected) return hasPassword ? 'connectedLead' : 'onlyWayLead';
  return hasPassword ? 'connectLead' : 'connectBareLead';
}

export default async function AccountPage({ searchParams }: PageProps<'/user/account'>) {
  const actor = await requireActor(accountPath());
  const { form, done, refused } = await searchParams;
  const sessions = await read(listSessions(actor));
  const { hasPassword, connected, fresh } = await read(signInMethods(actor));
  const provider = openIdName();
  const { enabled, recoveryCodesLeft: count } = await read(secondFactorOf(actor));
  const state = await readFormState();
  const t = await getTranslations('account');
  const errors = await getTranslations('errors');
  const settings = await getTranslations('settings');
  const problemsOf = (name: AccountForm) => formProblems(errors, form === name ? state : null, FIELDS[name]);
  const taken = accountFormSchema.safeParse(done);
  const openId = await getTranslations('openId');
  const twoStep = await getTranslations('twoStep');
  const refusal = state ? null : readRefusal(refused);
  const connecting = { ...problemsOf(connected ? 'disconnect' : 'connect') };
  if (refusal && provider !== null) {
    connecting.general = openId(`refused.${refusal.key}`, { name: provider });
    await answerStatus(ERROR_STATUS[refusal.code]);
  }
  return (
    <PageColumn>
      <PageHeader title={t('ownTitle')} />
      {taken.success && !state && (
        <div className="mb-10">
          <Note>{t(`done_${taken.data}`)}</Note>
        </div>
      )}
      {done === 'recovery' && enabled && (
        <div className="mb-10">
          <Note>{t('done_recovery', { count })}</Note>
        </div>
      )}
      <NextIntlClientProvider messages={await clientMessages('common', 'account', 'openId', 'errors')}>
        {!hasPassword && <NoPassword name={provider} fresh={fresh} returnTo={accountPath()} />}
        <div className="space-y-14">
          <Section id="username-title" title={t('usernameTitle')}>
            <UsernameForm problems={problemsOf('username')} current={actor.username} />
          </Section>
          <Section id="email-title" title={t('emailTitle')} lead={t(hasPassword ? 'emailLead' : 'bareEmailLead')}>
            <EmailForm problems={problemsOf('email')} current={actor.email} hasPassword={hasPassword} />
          </Section>
          <Section
            id="password-title"
            title={t('passwordTitle')}
            lead={t(hasPassword ? 'passwordLead' : 'firstPasswordLead')}
          >
            <PasswordForm problems={problemsOf('password')} current={actor.email} hasPassword={hasPassword} />
          </Section>
          {provider !== null && (
            <Section
              id={CONNECTION_ID}
              title={openId('title', { name: provider })}
              lead={openId(leadOf(hasPassword, connected))}
            >
              <ConnectionForm
                problems={connecting}
                name={provider}
                connected={connected}
                hasPassword={hasPassword}
                codeLabel={enabled ? twoStep('eitherCode') : null}
              />
            </Section>
          )}
          {(hasPassword || enabled) && (
            <Section
              id="two-step-title"
              title={twoStep('title')}
              lead={enabled ? t('twoStepOn', { count }) : t('twoStepOff')}
            >
              <ButtonLink href={twoStepPath()} variant="secondary" prefetch={false}>
                {t(enabled ? 'twoStepOpenOn' : 'twoStepOpenOff')}
              </ButtonLink>
            </Section>
          )}
          <Section id="settings-title" title={settings('title')}>
            <div className="space-y-6">
              <LanguageChoice returnTo={accountPath()} />
              <ThemeChoice current={chooseTheme((await cookies()).get(THEME_COOKIE)?.value)} returnTo={accountPath()} />
            </div>
          </Section>
          <Section id="sessions-title" title={t('sessionsTitle')} lead={t('sessionsLead')}>
            <FormSummary problems={problemsOf('sessions')} />
            <SessionList sessions={sessions} />
          </Section>
          <Section
            id="deletion-title"
            title={t('deletionTitle')}
            lead={t(hasPassword ? 'deletionLead' : 'bareDeletionLead')}
          >
            <ButtonLink href={ACCOUNT_DELETION_PATH} variant="secondary" prefetch={false}>
              {t('deletionOpen')}
            </ButtonLink>
          </Section>
        </div>
      </NextIntlClientProvider>
    </PageColumn>
  );
}
