'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { FormSummary } from '@/components/ui/form-summary';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { twoStepPath } from '@/lib/contracts/paths';
import {
  codeSchema,
  secondFactorPasswordSchema,
  secondFactorRemovalSchema,
  type TwoStepForm,
} from '@/lib/contracts/second-factor';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { CodeField } from './code-field';
import { PasswordField } from './password-field';

interface FormProps {
  problems: FormProblems;
  /** beside the button: the way back */
  children?: ReactNode;
}

interface FrameProps extends FormProps {
  form: TwoStepForm;
  onSubmit: ReturnType<typeof useCheckedForm>['onSubmit'];
  submit: string;
  danger?: boolean;
  fields: ReactNode;
}

function Frame({ form, problems, onSubmit, submit, danger = false, fields, children }: FrameProps) {
  return (
    <form method="post" action={twoStepPath({ form })} noValidate onSubmit={onSubmit} className="max-w-md space-y-6">
      <FormSummary problems={problems} />
      {fields}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant={danger ? 'danger' : 'primary'}>
          {submit}
        </Button>
        {children}
      </div>
    </form>
  );
}

/** A form that asks for nothing but the password. */
function AskPassword({ form, submit, problems, children }: FormProps & Pick<FrameProps, 'form' | 'submit'>) {
  const { field, onSubmit } = useCheckedForm(secondFactorPasswordSchema, problems);
  const fields = <PasswordField autoComplete="current-password" required {...field('password')} />;
  return (
    <Frame form={form} problems={problems} onSubmit={onSubmit} submit={submit} fields={fields}>
      {children}
    </Frame>
  );
}

/** Asks for a secret to be shown. */
export function BeginForm(props: FormProps) {
  return <AskPassword form="begin" submit={useTranslations('twoStep')('begin')} {...props} />;
}

/** Asks for new recovery codes. */
export function RenewForm(props: FormProps) {
  return <AskPassword form="codes" submit={useTranslations('twoStep')('renew')} {...props} />;
}

/** The first code, which shows that the application has the secret. `uri` comes along, to be shown again beside one that is wrong. */
export function ConfirmForm({ uri, problems, children }: FormProps & { uri: string }) {
  const t = useTranslations('twoStep');
  const { field, onSubmit } = useCheckedForm(codeSchema, problems);
  const fields = (
    <>
      <input type="hidden" name="uri" value={uri} />
      <CodeField label={t('code')} hint={t('codeHint')} {...field('code')} />
    </>
  );
  return (
    <Frame form="confirm" problems={problems} onSubmit={onSubmit} submit={t('confirm')} fields={fields}>
      {children}
    </Frame>
  );
}

/** The last word before the second factor goes. */
export function OffForm({ problems, children }: FormProps) {
  const t = useTranslations('twoStep');
  const { field, onSubmit } = useCheckedForm(secondFactorRemovalSchema, problems);
  const fields = (
    <>
      <PasswordField autoComplete="current-password" required {...field('password')} />
      <CodeField label={t('offCode')} recovery {...field('code')} />
    </>
  );
  return (
    <Frame form="off" problems={problems} onSubmit={onSubmit} submit={t('off')} danger fields={fields}>
      {children}
    </Frame>
  );
}
