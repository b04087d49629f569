'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { Field } from '@/components/ui/field';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { loginSchema } from '@/lib/contracts/accounts';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { PasswordField } from './password-field';

/**
 * Sign-in.
 *
 * @param props.callbackUrl where to go afterwards: a path of this service; empty for the usual place
 */
export function LoginForm({ problems, callbackUrl }: { problems: FormProblems; callbackUrl: string }) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(loginSchema, problems);
  return (
    <CheckedForm action="/login" problems={problems} onSubmit={onSubmit}>
      {callbackUrl && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      <Field label={t('email')} type="email" autoComplete="username" required {...field('email')} />
      <PasswordField autoComplete="current-password" required {...field('password')} />
      <Button type="submit" className="w-full">
        {t('loginSubmit')}
      </Button>
    </CheckedForm>
  );
}
