'use client';

import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { z } from 'zod';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { twoStepPath } from '@/lib/contracts/paths';
import {
  bothFactorsSchema,
  codeSchema,
  secondFactorPasswordSchema,
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

/** Forms that take the password of whoever has one. */
interface GuardedFormProps extends FormProps {
  hasPassword: boolean;
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
    <CheckedForm action={twoStepPath({ form })} problems={problems} onSubmit={onSubmit} className="max-w-md">
      {fields}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant={danger ? 'danger' : 'primary'}>
          {submit}
        </Button>
        {children}
      </div>
    </CheckedForm>
  );
}

/** Where there is no password to give. */
const nothingSchema = z.strictObject({});

/** Asks for a secret to be shown. */
export function BeginForm({ problems, hasPassword, children }: GuardedFormProps) {
  const schema: z.ZodType<unknown, { password?: string }> = hasPassword ? secondFactorPasswordSchema : nothingSchema;
  const { field, onSubmit } = useCheckedForm(schema, problems);
  const fields = hasPassword && <PasswordField autoComplete="current-password" required {...field('password')} />;
  return (
    <Frame
      form="begin"
      problems={problems}
      onSubmit={onSubmit}
      submit={useTranslations('twoStep')('begin')}
      fields={fields}
    >
      {children}
    </Frame>
  );
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

/** A form that asks for both factors. */
function AskBoth({
  problems,
  hasPassword,
  children,
  ...frame
}: GuardedFormProps & Pick<FrameProps, 'form' | 'submit' | 'danger'>) {
  const t = useTranslations('twoStep');
  const schema: z.ZodType<unknown, { code: string; password?: string }> = hasPassword ? bothFactorsSchema : codeSchema;
  const { field, onSubmit } = useCheckedForm(schema, problems);
  const fields = (
    <>
      {hasPassword && <PasswordField autoComplete="current-password" required {...field('password')} />}
      <CodeField label={t('eitherCode')} recovery {...field('code')} />
    </>
  );
  return (
    <Frame problems={problems} onSubmit={onSubmit} fields={fields} {...frame}>
      {children}
    </Frame>
  );
}

/** Asks for new recovery codes. */
export function RenewForm(props: GuardedFormProps) {
  return <AskBoth form="codes" submit={useTranslations('twoStep')('renew')} {...props} />;
}

/** The last word before the second factor goes. */
export function OffForm(props: GuardedFormProps) {
  return <AskBoth form="off" submit={useTranslations('twoStep')('off')} danger {...props} />;
}
