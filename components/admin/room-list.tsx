import { Trash2 } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { buttonClass } from '@/components/ui/button';
import { LocalTime } from '@/components/ui/local-time';
import type { ManagedRoom } from '@/lib/contracts/administration';
import { deletionPath } from '@/lib/contracts/paths';

/** Every room, whoever is in it. No way into them: administrators read messages only as members. */
export function RoomList({ rooms }: { rooms: ManagedRoom[] }) {
  const t = useTranslations('admin');
  const words = useTranslations('rooms');
  if (rooms.length === 0) return <p className="text-muted">{t('noRooms')}</p>;
  return (
    <ul className="border-t border-line">
      {rooms.map((room) => (
        <li key={room.id} className="flex items-center gap-4 border-b border-line py-4">
          <div className="min-w-0 flex-1">
            <p className="font-medium break-words">{room.name}</p>
            <p className="text-sm break-words text-muted">
              {[
                t(room.visibility),
                t('members', { count: room.memberCount }),
                room.owner ? t('owner', { username: room.owner.username }) : t('noOwner'),
              ].join(' · ')}
              {' · '}
              {t('active')} <LocalTime value={room.lastActivityAt} />
            </p>
          </div>
          <Link
            href={deletionPath(room.name)}
            prefetch={false}
            className={buttonClass({ variant: 'ghost', size: 'icon' })}
            aria-label={words('deleteNamed', { room: room.name })}
            title={words('deleteNamed', { room: room.name })}
          >
            <Trash2 size={17} aria-hidden="true" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
