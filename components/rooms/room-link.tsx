'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { cx } from '@/components/ui/class-names';
import { CountBadge } from '@/components/ui/count-badge';
import type { OwnRoom } from '@/lib/contracts/entities';
import { roomPath } from '@/lib/contracts/paths';
import { PrivateSign } from './private-sign';

function UnreadBadge({ count }: { count: number }) {
  const t = useTranslations('rooms');
  return <CountBadge count={count} label={t('unread', { count })} />;
}

/** A room in the list: bold with a count while it has something unread, marked while it is open. */
export function RoomLink({ room, current }: { room: OwnRoom; current: boolean }) {
  const unread = room.unread > 0 && !current;
  return (
    <Link
      href={roomPath(room.name)}
      prefetch={false}
      aria-current={current ? 'page' : undefined}
      className={cx(
        'relative flex min-h-9 items-center gap-2 rounded-md px-2 text-[0.9375rem]',
        current ? 'bg-accent-soft font-medium text-ink' : 'hover:bg-line/70',
        unread && 'font-semibold text-ink',
        !current && !unread && 'text-muted',
      )}
    >
      {current && <span aria-hidden="true" className="absolute -start-3 h-[3px] w-3 rounded-e-full bg-accent" />}
      <span className="min-w-0 truncate">{room.name}</span>
      {room.visibility === 'private' && <PrivateSign />}
      <span className="flex-1" />
      {unread && <UnreadBadge count={room.unread} />}
    </Link>
  );
}
