import { useTranslations } from 'next-intl';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { cx } from '@/components/ui/class-names';
import { adminListPath } from '@/lib/contracts/paths';

const LISTS = ['users', 'rooms', 'invitations', 'audit'] as const;
export type AdminList = (typeof LISTS)[number];

/** One of the administrators' lists, with the way to the others. */
export function AdminPage({ list, children }: { list: AdminList; children: ReactNode }) {
  const t = useTranslations('admin');
  return (
    <PageColumn>
      <PageHeader title={t(list)} />
      <nav aria-label={t('title')} className="-mx-2 -mt-4 mb-8 flex flex-wrap gap-1">
        {LISTS.map((each) => (
          <Link
            key={each}
            href={adminListPath(each)}
            prefetch={false}
            aria-current={each === list ? 'page' : undefined}
            className={cx(
              'inline-flex min-h-8 items-center rounded-md px-2 text-sm transition-colors duration-100',
              each === list
                ? 'font-medium text-ink underline decoration-accent decoration-2 underline-offset-6'
                : 'text-muted hover:bg-surface hover:text-ink',
            )}
          >
            {t(each)}
          </Link>
        ))}
      </nav>
      {children}
    </PageColumn>
  );
}

interface MoreProps {
  list: AdminList;
  q?: string;
  cursor: string | null;
}

/** The way to the next page of a list, where there is one. */
export function MoreLink({ list, q = '', cursor }: MoreProps) {
  const t = useTranslations('admin');
  if (cursor === null) return null;
  return (
    <p className="mt-6">
      <Link
        href={adminListPath(list, { q, cursor })}
        prefetch={false}
        className="inline-flex min-h-8 items-center font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
      >
        {t('more')}
      </Link>
    </p>
  );
}
