import { NextIntlClientProvider } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { NoPassword } from '@/components/account/openid-form';
import { RecoveryCodes } from '@/components/account/recovery-codes';
import { BeginForm, ConfirmForm, OffForm, RenewForm } from '@/components/account/two-step-forms';
import { TwoStepSetup } from '@/components/account/two-step-setup';
import { PageHeader } from '@/components/rooms/page-header';
import { Alert } from '@/components/ui/alert';
import { ButtonLink } from '@/components/ui/button-link';
import { Note } from '@/components/ui/note';
import { openIdName, type SignInMethods } from '@/lib/auth/identities';
import { accountPath, twoStepPath } from '@/lib/contracts/paths';
import { setupOf } from '@/lib/contracts/second-factor';
import { clientMessages } from '@/lib/i18n/client-messages';
import type { FormProblems } from '@/lib/i18n/form-messages';

/** The parts that run in the browser, with the words that they speak. */
async function Interactive({ children }: { children: ReactNode }) {
  return (
    <NextIntlClientProvider messages={await clientMessages('common', 'account', 'openId', 'twoStep', 'errors')}>
      {children}
    </NextIntlClientProvider>
  );
}

function Lead({ children }: { children: ReactNode }) {
  return <p className="mb-8 max-w-prose text-lg text-muted">{children}</p>;
}

interface ViewProps {
  problems: FormProblems;
  methods: SignInMethods;
}

/** Where the password is asked for, what there is instead for who has none. */
function InsteadOfPassword({ methods: { hasPassword, fresh }, form }: Pick<ViewProps, 'methods'> & { form?: string }) {
  return !hasPassword && <NoPassword name={openIdName()} fresh={fresh} returnTo={twoStepPath(form ? { form } : {})} />;
}

/** The codes that were just made. */
export async function NewCodes({ codes, first }: { codes: string[]; first: boolean }) {
  const t = await getTranslations('twoStep');
  return (
    <>
      <PageHeader title={t('codesTitle')} />
      <div className="mb-8">
        <Note>{t(first ? 'codesOn' : 'codesNew')}</Note>
      </div>
      <Lead>{t('codesLead')}</Lead>
      <Interactive>
        <RecoveryCodes codes={codes} />
      </Interactive>
      <ButtonLink href={accountPath()} className="mt-8" prefetch={false}>
        {t('kept')}
      </ButtonLink>
    </>
  );
}

/** The second factor is on: what may be done with it. */
export async function SwitchedOn({ form, left, problems, methods }: ViewProps & { form: string; left: number }) {
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
        <Interactive>
          <InsteadOfPassword methods={methods} form={form} />
          <Form problems={problems} hasPassword={methods.hasPassword}>
            {cancel}
          </Form>
        </Interactive>
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
        <ButtonLink href={accountPath()} variant="secondary" prefetch={false}>
          {t('back')}
        </ButtonLink>
      </div>
    </>
  );
}

/** It is off: the way to switch it on. */
export async function SwitchedOff({
  uri,
  done,
  problems,
  methods,
}: ViewProps & { uri?: string | undefined; done: boolean }) {
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
          <Interactive>
            <ConfirmForm problems={problems} uri={setup.uri}>
              {back}
            </ConfirmForm>
          </Interactive>
        </TwoStepSetup>
      ) : (
        <>
          <Lead>{t('lead')}</Lead>
          <p className="mb-8 max-w-prose text-muted">{t('needs')}</p>
          <Interactive>
            <InsteadOfPassword methods={methods} />
            <BeginForm problems={problems} hasPassword={methods.hasPassword}>
              {back}
            </BeginForm>
          </Interactive>
        </>
      )}
    </>
  );
}
