'use client';

import { zodResolver } from '@hookform/resolvers/zod';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState, type SubmitEvent } from 'react';
import { useForm, type FieldValues, type Path } from 'react-hook-form';
import type { z } from 'zod';
import { translateFieldMessage, type FormProblems } from '@/lib/i18n/form-messages';

/**
 * An ordinary form that is also checked while it is filled in. It posts natively once it is valid, so it works the same without a script.
 *
 * @param schema the contract's schema of what the form posts
 * @param problems what the server refused; each complaint stands until its field is changed
 * @returns `field(name)`: the properties of that field; `onSubmit`: for the form
 */
export function useCheckedForm<Values extends FieldValues>(schema: z.ZodType<unknown, Values>, problems: FormProblems) {
  const t = useTranslations('errors');
  const { register, handleSubmit, formState } = useForm<Values, unknown, unknown>({
    resolver: zodResolver(schema),
    mode: 'onTouched',
  });
  const [changed, setChanged] = useState<ReadonlySet<string>>(new Set());
  const sent = useRef(false);

  useEffect(() => {
    // Back to this page out of the browser's cache: the form may be sent again.
    const revive = () => (sent.current = false);
    window.addEventListener('pageshow', revive);
    return () => window.removeEventListener('pageshow', revive);
  }, []);

  function field(name: Path<Values>) {
    const message = formState.errors[name]?.message;
    const refused = changed.has(name) ? undefined : problems.fields[name];
    return {
      ...register(name, {
        onChange: () => setChanged((before) => (before.has(name) ? before : new Set([...before, name]))),
      }),
      defaultValue: problems.values[name],
      error: typeof message === 'string' ? translateFieldMessage(t, message) : refused,
      // Not every reader has a script that could move the focus to what was refused.
      autoFocus: Object.keys(problems.fields)[0] === name,
    };
  }

  function onSubmit(event: SubmitEvent<HTMLFormElement>) {
    const form = event.currentTarget;
    void handleSubmit(() => {
      // A second click would post again, and be told that the name is taken: by the first.
      if (sent.current) return;
      sent.current = true;
      form.submit();
    })(event);
  }

  return { field, onSubmit };
}
