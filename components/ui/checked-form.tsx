'use client';

import type { ComponentProps } from 'react';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { cx } from './class-names';
import { FormSummary } from './form-summary';

interface CheckedFormProps extends Omit<ComponentProps<'form'>, 'method' | 'noValidate'> {
  problems: FormProblems;
}

/** The form around the fields of `useCheckedForm`: it posts natively, and says above them what the server refused. */
export function CheckedForm({ problems, className, children, ...form }: CheckedFormProps) {
  return (
    <form method="post" noValidate className={cx('space-y-6', className)} {...form}>
      <FormSummary problems={problems} />
      {children}
    </form>
  );
}
