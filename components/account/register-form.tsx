'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { Field } from '@/components/ui/field';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { registerSchema } from '@/lib/contracts/accounts';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { PasswordField } from './password-field';

interface RegisterFormProps {
  problems: FormProblems;
  /** the token of the link that somebody came by, or empty */
  invitation: string;
}

/** The three fields of a new account. */
export function RegisterForm({ problems, invitation }: RegisterFormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(registerSchema, problems);
  return (
    <CheckedForm action="/register" problems={problems} onSubmit={onSubmit}>
      {invitation && <input type="hidden" name="invitation" value={invitation} />}
      <Field label={t('email')} hint={t('emailHint')} type="email" autoComplete="email" required {...field('email')} />
      <Field
        label={t('username')}
        hint={t('usernameHint')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        {...field('username')}
      />
      <PasswordField hint={t('passwordHint')} autoComplete="new-password" required {...field('password')} />
      <Button type="submit" className="w-full">
        {t('registerSubmit')}
      </Button>
    </CheckedForm>
  );
}
