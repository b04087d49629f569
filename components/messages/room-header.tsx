import { Info } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { DrawerButton } from '@/components/rooms/drawer-button';
import { PrivateSign } from '@/components/rooms/private-sign';
import { buttonClass } from '@/components/ui/button';
import type { Presence as PresenceState } from '@/lib/client/people';
import type { Room } from '@/lib/contracts/entities';
import { detailsPath } from '@/lib/contracts/paths';
import { Presence } from './presence';

/** What room this is, what it is about, who is here, and the way to its details. */
export function RoomHeader({ room, presence, meId }: { room: Room; presence: PresenceState; meId: number }) {
  const t = useTranslations('rooms');
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-4 sm:px-6">
      <DrawerButton />
      <div className="flex min-w-0 flex-1 items-baseline gap-3">
        <h1 className="max-w-full min-w-0 shrink-0 truncate text-lg font-semibold tracking-tight">
          <bdi>{room.name}</bdi>
        </h1>
        {room.visibility === 'private' && <PrivateSign />}
        {room.topic && (
          <p className="min-w-0 truncate text-sm text-muted max-sm:hidden" title={room.topic}>
            <bdi>{room.topic}</bdi>
          </p>
        )}
      </div>
      <Presence presence={presence} meId={meId} />
      <Link
        href={detailsPath(room.name)}
        prefetch={false}
        className={buttonClass({ variant: 'ghost', size: 'icon' }, '-me-2')}
        aria-label={t('details')}
        title={t('details')}
      >
        <Info size={18} aria-hidden="true" />
      </Link>
    </header>
  );
}
