import { cx } from './class-names';

const SIZES = { sm: 'size-6 text-[0.6875rem]', md: 'size-9 text-sm' } as const;

/** The first letter of a name in a circle. Decoration: the name itself must stand beside it. */
export function Avatar({ name, size = 'md' }: { name: string; size?: keyof typeof SIZES }) {
  const [initial = '?'] = name;
  return (
    <span
      aria-hidden="true"
      className={cx(
        'inline-flex shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent uppercase select-none',
        SIZES[size],
      )}
    >
      {initial}
    </span>
  );
}
