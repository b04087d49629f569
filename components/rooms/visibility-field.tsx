import { useTranslations } from 'next-intl';
import type { Room } from '@/lib/contracts/entities';

const CHOICES = ['public', 'private'] as const satisfies Room['visibility'][];

/** Who finds a room: two choices, each with what it means. */
export function VisibilityField({ current }: { current: string }) {
  const t = useTranslations('rooms');
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{t('visibility')}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {CHOICES.map((value) => (
          <label
            key={value}
            className="flex cursor-pointer items-start gap-3 rounded-md border border-control bg-raised px-3.5 py-2.5 hover:border-ink has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="visibility"
              value={value}
              defaultChecked={value === current}
              className="mt-1 size-4 shrink-0 accent-accent"
            />
            <span>
              <span className="block font-medium">{t(value)}</span>
              <span className="block text-sm text-muted">{t(`${value}Hint`)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
