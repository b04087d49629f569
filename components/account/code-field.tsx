import type { ComponentProps } from 'react';
import { Field } from '@/components/ui/field';

interface CodeFieldProps extends Omit<ComponentProps<typeof Field>, 'type'> {
  /** whether letters may come too */
  recovery?: boolean;
}

/** A code that is typed once: telephones show digits for it, and offer what they have just received. */
export function CodeField({ recovery = false, ...props }: CodeFieldProps) {
  return (
    <Field
      type="text"
      inputMode={recovery ? 'text' : 'numeric'}
      autoComplete={recovery ? 'off' : 'one-time-code'}
      autoCapitalize="none"
      spellCheck={false}
      required
      {...props}
    />
  );
}
