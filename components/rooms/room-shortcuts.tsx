'use client';

import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { OwnRoom } from '@/lib/contracts/entities';
import { neighbour } from './neighbour';
import { roomPath } from './room-path';

const QuickSwitcher = dynamic(() => import('./quick-switcher').then((module) => module.QuickSwitcher), { ssr: false });
const ShortcutsDialog = dynamic(() => import('./shortcuts-dialog').then((module) => module.ShortcutsDialog), { ssr: false });

type Panel = 'switcher' | 'shortcuts';

/** The keys that work on every signed-in page. What they open is loaded when it is first asked for. */
export function RoomShortcuts({ rooms, current }: { rooms: readonly OwnRoom[]; current: string | null }) {
  const router = useRouter();
  const [panel, setPanel] = useState<Panel | null>(null);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      // `code` is the key's place: the letter on it may be Cyrillic.
      if (command && event.code === 'KeyK') setPanel((open) => (open === 'switcher' ? null : 'switcher'));
      else if (command && (event.code === 'Slash' || event.key === '/')) setPanel((open) => (open ? null : 'shortcuts'));
      else if (event.altKey && !event.ctrlKey && !event.metaKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
        const next = neighbour(rooms, current, event.key === 'ArrowUp' ? -1 : 1, event.shiftKey);
        if (next) router.push(roomPath(next.name));
      } else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [rooms, current, router]);

  const close = () => setPanel(null);
  if (panel === 'switcher') return <QuickSwitcher rooms={rooms} onClose={close} />;
  if (panel === 'shortcuts') return <ShortcutsDialog onClose={close} />;
  return null;
}
