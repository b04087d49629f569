import type { Metadata } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import { BeginForm, ConfirmForm, OffForm, RenewForm } from '@/components/account/two-step-forms';
import { RecoveryCodes } from '@/components/account/recovery-codes';
import { TwoStepSetup } from '@/components/account/two-step-setup';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { Alert } from '@/components/ui/alert';
import { ButtonLink } from '@/components/ui/button-link';
import { Note } from '@/components/ui/note';
import { secondFactorOf } from '@/lib/auth/second-factor';
import { accountPath, twoStepPath } from '@/lib/contracts/paths';
import { setupOf, twoStepFormSchema, type TwoStepForm } from '@/lib/contracts/second-factor';
import { readFormState } from '@/lib/http/form-state';
import { clientMessages } from '@/lib/i18n/client-messages';
import { formProblems, NO_PROBLEMS, type FormProblems } from '@/lib/i18n/form-messages';
import { read } from '../../../found';
import { requireActor } from '../../../require-actor';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('twoStep'))('title') };
}

const FIELDS: Record<TwoStepForm, string[]> = {
  begin: ['password'],
  confirm: ['code'],
  codes: ['password'],
  off: ['password', 'code'],
};

function Lead({ children }: { children: React.ReactNode }) {
  return <p className="mb-8 max-w-prose text-lg text-muted">{children}</p>;
}

/** The codes that were just made. */
async function NewCodes({ codes, first }: { codes: string[]; first: boolean }) {
  const t = await getTranslations('twoStep');
  return (
    <>
      <PageHeader title={t('codesTitle')} />
      <div className="mb-8">
        <Note>{t(first ? 'codesOn' : 'codesNew')}</Note>
      </div>
      <Lead>{t('codesLead')}</Lead>
      <RecoveryCodes codes={codes} />
      <ButtonLink href={accountPath()} className="mt-8" prefetch={false}>
        {t('kept')}
      </ButtonLink>
    </>
  );
}

async function SwitchedOn({ form, left, problems }: { form: string; left: number; problems: FormProblems }) {
  const t = await getTranslations('twoStep');
  const common = await getTranslations('common');
  const cancel = (
    <ButtonLink href={twoStepPath()} variant="secondary" prefetch={false}>
      {common('cancel')}
    </ButtonLink>
  );
  if (form === 'codes' || form === 'off') {
    const Form = form === 'codes' ? RenewForm : OffForm;
    return (
      <>
        <PageHeader title={t(form === 'codes' ? 'renewTitle' : 'offTitle')} />
        <Lead>{t(form === 'codes' ? 'renewLead' : 'offLead')}</Lead>
        <Form problems={problems}>{cancel}</Form>
      </>
    );
  }
  return (
    <>
      <PageHeader title={t('title')} />
      {problems.general && (
        <div className="mb-6">
          <Alert>{problems.general}</Alert>
        </div>
      )}
      <Lead>
        {t('on')} {t('left', { count: left })}
      </Lead>
      <div className="flex flex-wrap gap-3">
        <ButtonLink href={twoStepPath({ form: 'codes' })} prefetch={false}>
          {t('renewOpen')}
        </ButtonLink>
        <ButtonLink href={twoStepPath({ form: 'off' })} variant="secondary" prefetch={false}>
          {t('offOpen')}
        </ButtonLink>
        <ButtonLink href={accountPath()} variant="ghost" prefetch={false}>
          {t('back')}
        </ButtonLink>
      </div>
    </>
  );
}

async function SwitchedOff({
  uri,
  done,
  problems,
}: {
  uri?: string | undefined;
  done: boolean;
  problems: FormProblems;
}) {
  const t = await getTranslations('twoStep');
  const setup = setupOf(uri);
  const back = (
    <ButtonLink href={accountPath()} variant="secondary" prefetch={false}>
      {t('back')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={t('title')} />
      {done && (
        <div className="mb-8">
          <Note>{t('done_off')}</Note>
        </div>
      )}
      {setup ? (
        <TwoStepSetup setup={setup}>
          <ConfirmForm problems={problems} uri={setup.uri}>
            {back}
          </ConfirmForm>
        </TwoStepSetup>
      ) : (
        <>
          <Lead>{t('lead')}</Lead>
          <p className="mb-8 max-w-prose text-muted">{t('needs')}</p>
          <BeginForm problems={problems}>{back}</BeginForm>
        </>
      )}
    </>
  );
}

export default async function TwoStepPage({ searchParams }: PageProps<'/user/account/two-step'>) {
  const actor = await requireActor(twoStepPath());
  const { form, done } = await searchParams;
  const { enabled, recoveryCodesLeft } = await read(secondFactorOf(actor));
  const state = await readFormState();
  const t = await getTranslations('twoStep');
  const name = twoStepFormSchema.safeParse(form).data ?? 'begin';
  const isRefused = state !== null && !state.shownOnce;
  const problems = isRefused ? formProblems(await getTranslations('errors'), state, FIELDS[name]) : NO_PROBLEMS;
  // What stands against a form here has words of its own.
  const conflict = enabled ? 'onAlready' : name === 'confirm' ? 'beginAgain' : 'offAlready';
  if (state?.code === 'conflict') problems.general = t(conflict);
  const codes = state?.shownOnce?.codes?.split('\n');
  return (
    <PageColumn>
      <NextIntlClientProvider messages={await clientMessages('common', 'account', 'twoStep', 'errors')}>
        {codes ? (
          <NewCodes codes={codes} first={name === 'confirm'} />
        ) : enabled ? (
          <SwitchedOn form={name} left={recoveryCodesLeft} problems={problems} />
        ) : (
          <SwitchedOff
            uri={state?.code === 'conflict' ? undefined : (state?.shownOnce?.uri ?? state?.values.uri)}
            done={done === 'off' && !state}
            problems={problems}
          />
        )}
      </NextIntlClientProvider>
    </PageColumn>
  );
}
