'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useEffect, useState, type ReactNode } from 'react';
import { useRealtime } from '@/components/messages/realtime-provider';
import { Alert } from '@/components/ui/alert';
import { ButtonLink } from '@/components/ui/button-link';
import { detailsPath } from '@/lib/contracts/paths';

/** Milliseconds: several facts of one moment are one look at the server. */
const TOGETHER_MS = 150;

interface LiveDetailsProps {
  room: { id: number; name: string; revision: number };
  /** whether the reader is in the room, and hears what happens in it */
  member: boolean;
  children: ReactNode;
}

/** Keeps a room's details page as the facts tell it, by having the server render it anew; and says when the room is over. */
export function LiveDetails({ room: { id, name, revision }, member, children }: LiveDetailsProps) {
  const t = useTranslations('chat');
  const router = useRouter();
  const { socket } = useRealtime();
  const [gone, setGone] = useState<'goneDeleted' | 'goneRemoved' | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(timer);
      timer = setTimeout(() => router.refresh(), TOGETHER_MS);
    };
    const lookHere = (fact: { roomId: number }) => fact.roomId === id && look();
    const end = (why: 'goneDeleted' | 'goneRemoved') => (fact: { roomId: number }) =>
      fact.roomId === id && setGone(why);
    const quietly = (command: Promise<unknown>) => void command.catch(() => undefined);
    const stops = [
      socket.on('member:added', lookHere),
      socket.on('member:removed', lookHere),
      socket.on('user:updated', look),
      socket.on('room:updated', ({ room }) => {
        if (room.id !== id) return;
        if (room.name === name) look();
        else router.replace(detailsPath(room.name));
      }),
      socket.on('room:removed', end('goneRemoved')),
      socket.on('room:deleted', end('goneDeleted')),
      socket.on('room:added', ({ room }) => {
        if (room.id !== id) return;
        setGone(null);
        look();
      }),
      // Only those in a room are told who comes and goes; what is said there meanwhile is of no use here.
      socket.onConnect(() => {
        if (!member) return;
        quietly(socket.command('room:join', { room: name, since: revision }));
        look();
      }),
    ];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
      if (member && socket.connected) quietly(socket.command('room:leave', { room: name }));
    };
    // The revision is where the first join begins; a later one need not begin anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, name, member, socket, router]);

  if (!gone) return children;
  return (
    <>
      <Alert>{t(gone)}</Alert>
      <ButtonLink href="/user" className="mt-6">
        {t('toRooms')}
      </ButtonLink>
    </>
  );
}
