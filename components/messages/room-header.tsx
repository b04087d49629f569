import { DrawerButton } from '@/components/rooms/drawer-button';
import type { Presence as PresenceState } from '@/lib/client/people';
import type { Room } from '@/lib/contracts/entities';
import { Presence } from './presence';

/** What room this is, what it is about, who is here. */
export function RoomHeader({ room, presence, meId }: { room: Room; presence: PresenceState; meId: number }) {
  return (
    <header className="flex h-14 shrink-0 items-center gap-3 border-b border-line px-4 sm:px-6">
      <DrawerButton />
      <div className="flex min-w-0 flex-1 items-baseline gap-3">
        <h1 className="max-w-full min-w-0 shrink-0 truncate text-lg font-semibold tracking-tight">
          <bdi>{room.name}</bdi>
        </h1>
        {room.topic && (
          <p className="min-w-0 truncate text-sm text-muted max-sm:hidden" title={room.topic}>
            <bdi>{room.topic}</bdi>
          </p>
        )}
      </div>
      <Presence presence={presence} meId={meId} />
    </header>
  );
}
