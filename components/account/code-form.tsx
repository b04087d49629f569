'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { loginPath, loginStepPath, type LoginStep } from '@/lib/contracts/paths';
import { codeSchema } from '@/lib/contracts/second-factor';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { CodeField } from './code-field';

const LINK = 'font-medium text-accent underline underline-offset-4 hover:text-accent-strong';

interface CodeFormProps {
  problems: FormProblems;
  step: LoginStep;
  /** where to go afterwards: a path of this service; empty for the usual place */
  callbackUrl: string;
}

/** The second step of signing in: the code alone. Whose it is, a cookie says. */
export function CodeForm({ problems, step, callbackUrl }: CodeFormProps) {
  const t = useTranslations('account');
  const { field, onSubmit } = useCheckedForm(codeSchema, problems);
  const recovery = step === 'recovery';
  return (
    <CheckedForm action="/login" problems={problems} onSubmit={onSubmit}>
      <input type="hidden" name="step" value={step} />
      {callbackUrl && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      <CodeField
        label={t(recovery ? 'recoveryCode' : 'code')}
        hint={recovery ? undefined : t('codeHint')}
        recovery={recovery}
        {...field('code')}
        autoFocus
      />
      <Button type="submit" className="w-full">
        {t('loginSubmit')}
      </Button>
      <p className="flex flex-wrap justify-between gap-x-6 gap-y-2 text-sm">
        <a href={loginStepPath(recovery ? 'code' : 'recovery', callbackUrl)} className={LINK}>
          {t(recovery ? 'useApp' : 'useRecovery')}
        </a>
        <a href={loginPath(callbackUrl)} className={LINK}>
          {t('startOver')}
        </a>
      </p>
    </CheckedForm>
  );
}
