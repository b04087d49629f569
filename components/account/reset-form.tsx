'use client';

import { useTranslations } from 'next-intl';
import { z } from 'zod';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { passwordSchema } from '@/lib/contracts/values';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { PasswordField } from './password-field';

const schema = z.object({ password: passwordSchema });

/** A new password, by the token of a link. The name of the account is there for the browser's keeper of passwords. */
export function ResetForm({ problems, token, username }: { problems: FormProblems; token: string; username: string }) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(schema, problems);
  return (
    <CheckedForm action="/reset" problems={problems} onSubmit={onSubmit}>
      <input type="hidden" name="token" value={token} />
      <input type="text" autoComplete="username" defaultValue={username} hidden readOnly />
      <PasswordField
        label={t('newPassword')}
        hint={t('passwordHint')}
        autoComplete="new-password"
        required
        {...field('password')}
      />
      <Button type="submit" className="w-full">
        {t('resetSubmit')}
      </Button>
    </CheckedForm>
  );
}
