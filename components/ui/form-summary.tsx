'use client';

import { useTranslations } from 'next-intl';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { Alert } from './alert';

/** What is wrong with a refused form, above its fields. Nothing when nothing is. */
export function FormSummary({ problems }: { problems: FormProblems }) {
  const t = useTranslations('errors');
  const count = Object.keys(problems.fields).length;
  if (problems.general) return <Alert>{problems.general}</Alert>;
  return count > 0 ? <Alert>{t('summary', { count })}</Alert> : null;
}
