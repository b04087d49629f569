'use client';

import { useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { useKeyName } from '@/components/ui/key-name';
import type { OwnRoom } from '@/lib/contracts/entities';
import { neighbour } from './neighbour';
import { roomPath } from '@/lib/contracts/paths';

const QuickSwitcher = dynamic(() => import('./quick-switcher').then((module) => module.QuickSwitcher), { ssr: false });
const ShortcutsDialog = dynamic(() => import('./shortcuts-dialog').then((module) => module.ShortcutsDialog), {
  ssr: false,
});

type Panel = 'switcher' | 'shortcuts';

/** The keys that work on every signed-in page. What they open is loaded when it is first asked for. */
export function RoomShortcuts({ rooms, current }: { rooms: readonly OwnRoom[]; current: string | null }) {
  const t = useTranslations('rooms');
  const command = useKeyName('command');
  const router = useRouter();
  const [panel, setPanel] = useState<Panel | null>(null);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      // `code` is the key's place: the letter on it may be Cyrillic.
      if (command && event.code === 'KeyK') setPanel((open) => (open === 'switcher' ? null : 'switcher'));
      else if (command && (event.code === 'Slash' || event.key === '/'))
        setPanel((open) => (open ? null : 'shortcuts'));
      else if (
        event.altKey &&
        !event.ctrlKey &&
        !event.metaKey &&
        (event.key === 'ArrowUp' || event.key === 'ArrowDown')
      ) {
        const next = neighbour(rooms, current, event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
        if (next) router.push(roomPath(next.name));
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [rooms, current, router]);

  const close = () => setPanel(null);
  return (
    <div className="js-only hidden shrink-0 px-3 pb-3 md:block">
      <button
        type="button"
        onClick={() => setPanel('switcher')}
        className="flex min-h-9 w-full items-center gap-2 rounded-md px-2 text-sm text-muted hover:bg-line/70 hover:text-ink"
      >
        <span className="flex-1 text-start">{t('jump')}</span>
        <Kbd>{command}</Kbd>
        <Kbd>K</Kbd>
      </button>
      {panel === 'switcher' && <QuickSwitcher rooms={rooms} onClose={close} />}
      {panel === 'shortcuts' && <ShortcutsDialog onClose={close} />}
    </div>
  );
}
