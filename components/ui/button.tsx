import type { ComponentProps } from 'react';
import { cx } from './class-names';

const VARIANTS = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-strong',
  secondary: 'border border-control text-ink hover:border-ink hover:bg-surface',
  ghost: 'text-muted hover:bg-surface hover:text-ink',
  danger: 'bg-danger text-danger-ink hover:opacity-90',
} as const;

const SIZES = {
  sm: 'min-h-8 gap-1.5 px-3 text-sm',
  md: 'min-h-11 gap-2 px-5 text-base',
  icon: 'size-9 shrink-0',
} as const;

/** How a button looks. */
export interface Look {
  variant?: keyof typeof VARIANTS;
  size?: keyof typeof SIZES;
}

/** The classes of a button, for an element that is none. */
export function buttonClass({ variant = 'primary', size = 'md' }: Look = {}, className?: string): string {
  return cx(
    'inline-flex items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors duration-100 select-none',
    'disabled:cursor-not-allowed disabled:opacity-50',
    VARIANTS[variant],
    SIZES[size],
    className,
  );
}

/** A button; `type` is `button` unless said otherwise, so that none submits a form by accident. */
export function Button({ variant, size, className, type = 'button', ...props }: ComponentProps<'button'> & Look) {
  return <button type={type} className={buttonClass({ variant, size }, className)} {...props} />;
}

/** A button of one icon; `label` is its accessible name and its tooltip. */
export function IconButton({
  label,
  variant = 'ghost',
  ...props
}: ComponentProps<'button'> & Look & { label: string }) {
  return <Button variant={variant} size="icon" aria-label={label} title={label} {...props} />;
}
