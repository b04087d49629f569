'use client';

import { Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRooms } from '@/components/messages/realtime-provider';
import { buttonClass } from '@/components/ui/button';
import { CountBadge } from '@/components/ui/count-badge';
import { LocalTime } from '@/components/ui/local-time';
import { deletionPath, roomPath } from '@/lib/contracts/paths';
import { PrivateSign } from './private-sign';

interface OwnRoomsProps {
  userId: number;
  /** administrators may delete any room */
  administrator: boolean;
}

/** One's rooms with what was said last in each. */
export function OwnRooms({ userId, administrator }: OwnRoomsProps) {
  const t = useTranslations('rooms');
  const common = useTranslations('common');
  return (
    <ul className="border-t border-line">
      {useRooms().map((room) => (
        <li key={room.id} className="group relative flex items-center gap-2 border-b border-line">
          <Link
            href={roomPath(room.name)}
            prefetch={false}
            className="block min-w-0 flex-1 rounded-sm py-3.5 hover:text-accent"
          >
            <span className="flex items-center gap-2.5">
              <span className={room.unread > 0 ? 'truncate font-semibold' : 'truncate font-medium'}>{room.name}</span>
              {room.visibility === 'private' && <PrivateSign />}
              {room.unread > 0 && <CountBadge count={room.unread} label={t('unread', { count: room.unread })} />}
              <span className="flex-1" />
              {room.lastMessage && (
                <LocalTime value={room.lastMessage.createdAt} className="shrink-0 text-sm text-muted" />
              )}
            </span>
            <span className="mt-0.5 block truncate text-sm text-muted">
              {room.lastMessage
                ? t('lastMessage', {
                    author:
                      room.lastMessage.author === null
                        ? common('deletedAccount')
                        : room.lastMessage.author.id === userId
                          ? t('you')
                          : room.lastMessage.author.username,
                    excerpt: room.lastMessage.excerpt || t('excerptDeleted'),
                  })
                : t('noMessages')}
            </span>
          </Link>
          {administrator || room.owner?.id === userId ? (
            <Link
              href={deletionPath(room.name)}
              prefetch={false}
              className={buttonClass({ variant: 'ghost', size: 'icon' })}
              aria-label={t('deleteNamed', { room: room.name })}
              title={t('deleteNamed', { room: room.name })}
            >
              <Trash2 size={17} aria-hidden="true" />
            </Link>
          ) : (
            <span className="size-9 shrink-0" />
          )}
        </li>
      ))}
    </ul>
  );
}
