'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { FormSummary } from '@/components/ui/form-summary';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import {
  accountDeletionSchema,
  emailFormSchema,
  passwordChangeSchema,
  usernameFormSchema,
} from '@/lib/contracts/accounts';
import { ACCOUNT_DELETION_PATH, accountPath } from '@/lib/contracts/paths';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { PasswordField } from './password-field';

interface FormProps {
  problems: FormProblems;
  /** what the account has now, where nothing else was typed */
  current: string;
}

/** Fills a field with what there is now, unless something else was typed and refused. */
function starting(problems: FormProblems, name: string, current: string): FormProblems {
  return { ...problems, values: { [name]: current, ...problems.values } };
}

/** Another username. */
export function UsernameForm({ problems, current }: FormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(usernameFormSchema, starting(problems, 'username', current));
  return (
    <form
      method="post"
      action={accountPath({ form: 'username' })}
      noValidate
      onSubmit={onSubmit}
      className="max-w-md space-y-5"
    >
      <FormSummary problems={problems} />
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
    </form>
  );
}

/** Another address: the key to the account, so it takes the password. */
export function EmailForm({ problems, current }: FormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(emailFormSchema, starting(problems, 'email', current));
  return (
    <form
      method="post"
      action={accountPath({ form: 'email' })}
      noValidate
      onSubmit={onSubmit}
      className="max-w-md space-y-5"
    >
      <FormSummary problems={problems} />
      <Field label={t('email')} hint={t('emailHint')} type="email" autoComplete="email" required {...field('email')} />
      <PasswordField autoComplete="current-password" required {...field('password')} />
      <Button type="submit">{t('emailChange')}</Button>
    </form>
  );
}

/** Another password. */
export function PasswordForm({ problems, current }: FormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(passwordChangeSchema, problems);
  return (
    <form
      method="post"
      action={accountPath({ form: 'password' })}
      noValidate
      onSubmit={onSubmit}
      className="max-w-md space-y-5"
    >
      <FormSummary problems={problems} />
      {/* Without a name it is not posted: it tells a password manager whose password this is. */}
      <input type="text" autoComplete="username" value={current} readOnly hidden />
      <PasswordField
        label={t('currentPassword')}
        autoComplete="current-password"
        required
        {...field('currentPassword')}
      />
      <PasswordField
        label={t('newPassword')}
        hint={t('passwordHint')}
        autoComplete="new-password"
        required
        {...field('newPassword')}
      />
      <Button type="submit">{t('passwordChange')}</Button>
    </form>
  );
}

/** The last word before an account is deleted: its password. `children` is the way back. */
export function DeletionForm({ problems, children }: { problems: FormProblems; children: React.ReactNode }) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(accountDeletionSchema, problems);
  return (
    <form method="post" action={ACCOUNT_DELETION_PATH} noValidate onSubmit={onSubmit} className="max-w-md space-y-6">
      <FormSummary problems={problems} />
      <PasswordField autoComplete="current-password" required {...field('password')} />
      <div className="flex flex-wrap gap-3">
        <Button type="submit" variant="danger">
          {t('deleteConfirm')}
        </Button>
        {children}
      </div>
    </form>
  );
}
