import type { ComponentProps, ReactNode } from 'react';
import { cx } from './class-names';

const CONTROL =
  'w-full rounded-md border bg-raised px-3.5 text-base text-ink transition-colors duration-100 hover:border-ink ' +
  'focus-visible:outline-offset-0';

/** The classes of a text control, in its usual state or refused. */
export function controlClass(invalid: boolean, className?: string): string {
  return cx(CONTROL, invalid ? 'border-danger' : 'border-control', className);
}

interface FieldProps extends ComponentProps<'input'> {
  name: string;
  /** where another field of the page has that name */
  id?: string;
  label: ReactNode;
  /** the rule, told before it is broken */
  hint?: ReactNode;
  /** what was wrong with what was typed */
  error?: string | undefined;
  /** beside the control, at its end */
  adornment?: ReactNode;
}

/** A labelled one-line text field with its rule, or in its place what was wrong, tied together for assistive technology. */
export function Field({ name, id = `field-${name}`, label, hint, error, adornment, className, ...input }: FieldProps) {
  const describedBy = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          name={name}
          className={controlClass(Boolean(error), cx('h-11', adornment ? 'pe-12' : undefined))}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy}
          {...input}
        />
        {adornment && <div className="absolute inset-y-0 end-1 flex items-center">{adornment}</div>}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 flex gap-1.5 text-sm text-danger">
          <span aria-hidden="true">↑</span>
          {error}
        </p>
      )}
      {hint && !error && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
