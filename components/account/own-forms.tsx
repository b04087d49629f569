'use client';

import { useTranslations } from 'next-intl';
import { z } from 'zod';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { Field } from '@/components/ui/field';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import {
  accountDeletionSchema,
  bareEmailFormSchema,
  emailFormSchema,
  firstPasswordFormSchema,
  passwordChangeSchema,
  usernameFormSchema,
} from '@/lib/contracts/accounts';
import { ACCOUNT_DELETION_PATH, accountPath } from '@/lib/contracts/paths';
import { bothFactorsSchema } from '@/lib/contracts/second-factor';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { CodeField } from './code-field';
import { PasswordField } from './password-field';

interface FormProps {
  problems: FormProblems;
  /** what the account has now, where nothing else was typed */
  current: string;
}

/** Forms that take the password of whoever has one. */
interface GuardedFormProps extends FormProps {
  hasPassword: boolean;
}

/** Where there is no password to give. */
const nothingSchema = z.strictObject({});

/** Fills a field with what there is now, unless something else was typed and refused. */
function starting(problems: FormProblems, name: string, current: string): FormProblems {
  return { ...problems, values: { [name]: current, ...problems.values } };
}

/** Another username. */
export function UsernameForm({ problems, current }: FormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(usernameFormSchema, starting(problems, 'username', current));
  return (
    <CheckedForm
      action={accountPath({ form: 'username' })}
      problems={problems}
      onSubmit={onSubmit}
      className="max-w-md"
    >
      <Field
        label={t('username')}
        hint={t('usernameHint')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        {...field('username')}
      />
      <Button type="submit">{t('usernameChange')}</Button>
    </CheckedForm>
  );
}

/** Another address: the key to the account, so it takes the password. */
export function EmailForm({ problems, current, hasPassword }: GuardedFormProps) {
  const t = useTranslations('account');
  const schema: z.ZodType<unknown, { email: string; password?: string }> = hasPassword
    ? emailFormSchema
    : bareEmailFormSchema;
  const { field, onSubmit } = useCheckedForm(schema, starting(problems, 'email', current));
  return (
    <CheckedForm action={accountPath({ form: 'email' })} problems={problems} onSubmit={onSubmit} className="max-w-md">
      <Field label={t('email')} hint={t('emailHint')} type="email" autoComplete="email" required {...field('email')} />
      {hasPassword && <PasswordField autoComplete="current-password" required {...field('password')} />}
      <Button type="submit">{t('emailChange')}</Button>
    </CheckedForm>
  );
}

/** Another password, or the first. */
export function PasswordForm({ problems, current, hasPassword }: GuardedFormProps) {
  const t = useTranslations('account');
  const schema: z.ZodType<unknown, { newPassword: string; currentPassword?: string }> = hasPassword
    ? passwordChangeSchema
    : firstPasswordFormSchema;
  const { field, onSubmit } = useCheckedForm(schema, problems);
  return (
    <CheckedForm
      action={accountPath({ form: 'password' })}
      problems={problems}
      onSubmit={onSubmit}
      className="max-w-md"
    >
      {/* Without a name it is not posted: it tells a password manager whose password this is. */}
      <input type="text" autoComplete="username" value={current} readOnly hidden />
      {hasPassword && (
        <PasswordField
          label={t('currentPassword')}
          autoComplete="current-password"
          required
          {...field('currentPassword')}
        />
      )}
      <PasswordField
        label={t('newPassword')}
        hint={t('passwordHint')}
        autoComplete="new-password"
        required
        {...field('newPassword')}
      />
      <Button type="submit">{t(hasPassword ? 'passwordChange' : 'firstPassword')}</Button>
    </CheckedForm>
  );
}

/** Connects the provider, or disconnects it. `codeLabel` names the field of a code, where there is a second factor. */
export function ConnectionForm({
  problems,
  name,
  connected,
  hasPassword,
  codeLabel,
}: Omit<GuardedFormProps, 'current'> & { name: string; connected: boolean; codeLabel: string | null }) {
  const t = useTranslations('openId');
  const asks = { password: hasPassword && !connected, code: codeLabel !== null && !connected };
  const schema: z.ZodType<unknown, { password?: string; code?: string }> = bothFactorsSchema.pick({
    ...(asks.password && { password: true }),
    ...(asks.code && { code: true }),
  });
  const { field, onSubmit } = useCheckedForm(schema, problems);
  return (
    <CheckedForm
      action={accountPath({ form: connected ? 'disconnect' : 'connect' })}
      problems={problems}
      onSubmit={onSubmit}
      className="max-w-md"
    >
      {asks.password && (
        <PasswordField id="field-connect-password" autoComplete="current-password" required {...field('password')} />
      )}
      {asks.code && <CodeField id="field-connect-code" label={codeLabel ?? ''} recovery {...field('code')} />}
      {(hasPassword || !connected) && (
        <Button type="submit" variant={connected ? 'secondary' : 'primary'} className="whitespace-normal">
          {t(connected ? 'disconnect' : 'connect', { name })}
        </Button>
      )}
    </CheckedForm>
  );
}

/** The last word before an account is deleted: its password. `children` is the way back. */
export function DeletionForm({
  problems,
  hasPassword,
  children,
}: Omit<GuardedFormProps, 'current'> & { children: React.ReactNode }) {
  const t = useTranslations('account');
  const schema: z.ZodType<unknown, { password?: string }> = hasPassword ? accountDeletionSchema : nothingSchema;
  const { field, onSubmit } = useCheckedForm(schema, problems);
  return (
    <CheckedForm action={ACCOUNT_DELETION_PATH} problems={problems} onSubmit={onSubmit} className="max-w-md">
      {hasPassword && <PasswordField autoComplete="current-password" required {...field('password')} />}
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant="danger">
          {t('deleteConfirm')}
        </Button>
        {children}
      </div>
    </CheckedForm>
  );
}
