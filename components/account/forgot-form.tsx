'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { Field } from '@/components/ui/field';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { forgotSchema } from '@/lib/contracts/accounts';
import { forgotPath } from '@/lib/contracts/paths';
import type { FormProblems } from '@/lib/i18n/form-messages';

/** Asks for a letter with a link that sets a new password. */
export function ForgotForm({ problems }: { problems: FormProblems }) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(forgotSchema, problems);
  return (
    <CheckedForm action={forgotPath()} problems={problems} onSubmit={onSubmit}>
      <Field label={t('email')} type="email" autoComplete="username" required {...field('email')} />
      <Button type="submit" className="w-full">
        {t('forgotSubmit')}
      </Button>
    </CheckedForm>
  );
}
