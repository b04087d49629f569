'use client';

import { Command } from 'cmdk';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { CountBadge } from '@/components/ui/count-badge';
import { Dialog } from '@/components/ui/dialog';
import type { OwnRoom } from '@/lib/contracts/entities';
import { roomPath } from '@/lib/contracts/paths';
import { PrivateSign } from './private-sign';

const ITEM =
  'flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-3 data-[selected=true]:bg-accent-soft data-[selected=true]:text-ink text-muted';
const GROUP =
  '[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-muted';

/** Ctrl/⌘+K: a few letters of a room's name, Enter, and one is there. */
export function QuickSwitcher({ rooms, onClose }: { rooms: readonly OwnRoom[]; onClose: () => void }) {
  const t = useTranslations('rooms');
  const router = useRouter();
  const [query, setQuery] = useState('');

  const go = (path: string) => {
    onClose();
    router.push(path);
  };

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('switcherTitle')} hideTitle>
      <Command label={t('switcherTitle')} loop>
        <Command.Input
          value={query}
          onValueChange={setQuery}
          placeholder={t('switcherPlaceholder')}
          autoFocus
          className="h-14 w-full border-b border-line bg-transparent px-5 text-lg focus-visible:outline-none"
        />
        <Command.List className="max-h-[50dvh] overflow-y-auto p-2">
          <Command.Empty className="px-3 py-2 text-sm text-muted">{t('switcherEmpty')}</Command.Empty>
          <Command.Group heading={t('switcherOwn')} className={GROUP}>
            {rooms.map((room) => (
              <Command.Item key={room.id} value={room.name} onSelect={() => go(roomPath(room.name))} className={ITEM}>
                <span className={room.unread > 0 ? 'truncate font-semibold text-ink' : 'truncate'}>{room.name}</span>
                {room.visibility === 'private' && <PrivateSign />}
                <span className="min-w-0 flex-1 truncate text-sm text-muted">{room.topic}</span>
                {room.unread > 0 && <CountBadge count={room.unread} label={t('unread', { count: room.unread })} />}
              </Command.Item>
            ))}
          </Command.Group>
          <Command.Group heading={t('switcherMore')} className={GROUP} forceMount>
            {query.trim() ? (
              <Command.Item
                forceMount
                value={`search ${query}`}
                onSelect={() => go(`/user/search/results?q=${encodeURIComponent(query.trim())}`)}
                className={ITEM}
              >
                {t('switcherSearch', { query: query.trim() })}
              </Command.Item>
            ) : (
              <Command.Item value="new" onSelect={() => go('/user#new-room')} className={ITEM}>
                {t('new')}
              </Command.Item>
            )}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}
