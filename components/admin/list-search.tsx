import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { controlClass } from '@/components/ui/field';
import { adminListPath } from '@/lib/contracts/paths';

/** Searches one of the lists: an ordinary form, which asks for the same page. */
export function ListSearch({ list, label, q }: { list: 'users' | 'rooms'; label: string; q: string }) {
  const t = useTranslations('admin');
  return (
    <form role="search" action={adminListPath(list)} className="mb-6 flex gap-2">
      <input
        type="search"
        name="q"
        defaultValue={q}
        aria-label={label}
        placeholder={label}
        maxLength={250}
        autoComplete="off"
        className={controlClass(false, 'h-11 min-w-0')}
      />
      <Button type="submit" variant="secondary">
        {t('search')}
      </Button>
    </form>
  );
}
