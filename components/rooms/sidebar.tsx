'use client';

import { LogOut, Plus, Search, Settings, Shield } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Avatar } from '@/components/ui/avatar';
import { buttonClass } from '@/components/ui/button';
import { Wordmark } from '@/components/ui/wordmark';
import { accountPath, adminListPath } from '@/lib/contracts/paths';
import { DRAWER_ID } from './drawer-button';
import { RoomNavigation } from './room-navigation';

/** The way to every room: a column, or on a phone a drawer (a popover, which opens and closes without a script). */
export function Sidebar({ username, administrator }: { username: string; administrator: boolean }) {
  const t = useTranslations('rooms');
  const iconLink = buttonClass({ variant: 'ghost', size: 'icon' }, 'hover:bg-line');
  return (
    <nav
      id={DRAWER_ID}
      aria-label={t('navigation')}
      popover="auto"
      className="fixed inset-y-0 start-0 m-0 h-dvh max-h-none w-[min(18rem,86vw)] flex-col border-e border-line bg-surface p-0 text-ink backdrop:bg-scrim open:flex md:sticky md:flex md:w-auto"
    >
      <div className="flex h-16 shrink-0 items-center justify-between ps-5 pe-2">
        <Wordmark />
        <div className="flex">
          <Link href="/user/search" prefetch={false} className={iconLink} aria-label={t('find')} title={t('find')}>
            <Search size={18} aria-hidden="true" />
          </Link>
          <Link href="/user#new-room" prefetch={false} className={iconLink} aria-label={t('new')} title={t('new')}>
            <Plus size={19} aria-hidden="true" />
          </Link>
        </div>
      </div>
      <RoomNavigation />
      <div className="flex h-16 shrink-0 items-center gap-1 border-t border-line ps-3 pe-2">
        <Link
          href="/user"
          prefetch={false}
          title={t('ownPage')}
          className="flex min-h-11 min-w-0 flex-1 items-center gap-2.5 rounded-md px-2 hover:bg-line"
        >
          <Avatar name={username} size="sm" />
          <span className="truncate text-sm font-medium">{username}</span>
        </Link>
        <Link href={accountPath()} prefetch={false} className={iconLink} aria-label={t('account')} title={t('account')}>
          <Settings size={17} aria-hidden="true" />
        </Link>
        {administrator && (
          <Link
            href={adminListPath('users')}
            prefetch={false}
            className={iconLink}
            aria-label={t('administration')}
            title={t('administration')}
          >
            <Shield size={17} aria-hidden="true" />
          </Link>
        )}
        {/* No <Link>: it would be fetched ahead, and sign out. */}
        <a href="/logout" className={iconLink} aria-label={t('signOut')} title={t('signOut')}>
          <LogOut size={17} aria-hidden="true" />
        </a>
      </div>
    </nav>
  );
}
