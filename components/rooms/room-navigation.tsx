'use client';

import { Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { usePathname } from 'next/navigation';
import { useEffect, useState } from 'react';
import { useRooms } from '@/components/messages/realtime-provider';
import { UnsentLink } from '@/components/messages/unsent-link';
import { toRoomName } from '@/lib/contracts/text';
import { DRAWER_ID } from './drawer-button';
import { RoomLink } from './room-link';
import { LAST_ROOM_COOKIE, roomOfPath } from './room-path';
import { RoomShortcuts } from './room-shortcuts';
import { UnreadTitle } from './unread-title';

const A_YEAR = 31_536_000;

/** One's rooms by activity, live, with a filter. */
export function RoomNavigation() {
  const t = useTranslations('rooms');
  const rooms = useRooms();
  const current = roomOfPath(usePathname());
  const [filter, setFilter] = useState('');
  const wanted = toRoomName(filter);
  const shown = wanted ? rooms.filter(({ name }) => name.includes(wanted)) : rooms;

  useEffect(() => {
    // Following a link within the drawer is done with it, even one that leads to the page that is open already.
    const drawer = document.getElementById(DRAWER_ID);
    const onClick = ({ target }: MouseEvent) => {
      if (target instanceof Element && target.closest('a') && drawer?.matches(':popover-open')) drawer.hidePopover();
    };
    drawer?.addEventListener('click', onClick);
    return () => drawer?.removeEventListener('click', onClick);
  }, []);

  useEffect(() => {
    if (!current) return;
    document.cookie = `${LAST_ROOM_COOKIE}=${encodeURIComponent(current)}; path=/; max-age=${A_YEAR}; samesite=lax`;
  }, [current]);

  return (
    <>
      <div className="js-only relative mx-3 mb-2">
        <Search size={15} aria-hidden="true" className="absolute start-2.5 top-2.5 text-faint" />
        <input
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
          aria-label={t('filter')}
          placeholder={t('filter')}
          autoComplete="off"
          className="h-9 w-full rounded-md border border-transparent bg-line/60 ps-8 pe-2 text-sm hover:border-control focus:border-control focus:bg-bg"
        />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-3 pb-4">
        {rooms.length === 0 && <p className="px-2 py-2 text-sm text-muted">{t('welcomeShort')}</p>}
        {rooms.length > 0 && shown.length === 0 && (
          <p role="status" className="px-2 py-2 text-sm text-muted">
            {t('filterEmpty')}
          </p>
        )}
        <ul className="space-y-px">
          {shown.map((room) => (
            <li key={room.id}>
              <RoomLink room={room} current={room.name === current} />
            </li>
          ))}
        </ul>
      </div>
      <UnsentLink />
      <UnreadTitle count={rooms.reduce((sum, { unread }) => sum + unread, 0)} />
      <RoomShortcuts rooms={rooms} current={current} />
    </>
  );
}
