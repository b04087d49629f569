'use client';

import { loginPath } from '@/lib/contracts/paths';
import { useRouter } from 'next/navigation';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { createAccountOutbox } from '@/lib/client/account-outbox';
import type { Outbox } from '@/lib/client/outbox';
import type { OutboxEntry } from '@/lib/client/outbox-entry';
import { loadOwnRooms } from '@/lib/client/load-own-rooms';
import { createOwnRooms } from '@/lib/client/own-rooms';
import type { RoomNames } from '@/lib/client/room-names';
import { createChatSocket, type ChatSocket, type ConnectionState } from '@/lib/client/socket';
import type { Store } from '@/lib/client/store';
import type { Account, OwnRoom } from '@/lib/contracts/entities';

interface Realtime {
  account: Account;
  socket: ChatSocket;
  outbox: Outbox;
  /** what rooms are called now */
  names: RoomNames;
  rooms: Store<readonly OwnRoom[]>;
  /** Notes in the list of rooms what is left unread in one of them. */
  markUnread: (roomId: number, unread: number) => void;
}

const RealtimeContext = createContext<Realtime | null>(null);

/** The tab's connection, outbox and account. @throws Error outside of a `RealtimeProvider` */
export function useRealtime(): Realtime {
  const realtime = useContext(RealtimeContext);
  if (!realtime) throw new Error('useRealtime needs a RealtimeProvider around it.');
  return realtime;
}

/** Whoever signs out here is told of it by the socket while the answer that leads elsewhere is still under way: it goes first. */
const LEAVING_MS = 5_000;

function signInAgain() {
  const here = location.pathname + location.search + location.hash;
  setTimeout(() => location.assign(loginPath(here, 'ended')), leaving ? LEAVING_MS : 0);
}

let leaving = false;
if (typeof window !== 'undefined') {
  window.addEventListener('beforeunload', () => (leaving = true));
  window.addEventListener('pageshow', () => (leaving = false));
}

/**
 * Gives the pages inside it one live connection: opened once, kept while one moves between rooms.
 *
 * @param initialRooms one's own rooms as the server rendered them
 */
export function RealtimeProvider({
  account,
  initialRooms,
  children,
}: {
  account: Account;
  initialRooms: readonly OwnRoom[];
  children: ReactNode;
}) {
  const [connected] = useState(() => {
    const socket = createChatSocket(account.id, signInAgain);
    const {
      rooms,
      markUnread,
      run: runRooms,
    } = createOwnRooms(account, socket, initialRooms, () => loadOwnRooms(account.id));
    const { outbox, names, run: runOutbox } = createAccountOutbox(account.id, socket);
    return { socket, rooms, markUnread, runRooms, outbox, names, runOutbox };
  });
  const router = useRouter();
  const realtime = useMemo(() => ({ account, ...connected }), [account, connected]);

  useEffect(() => {
    const { socket, runRooms, runOutbox } = connected;
    const stopRooms = runRooms();
    const stopOutbox = runOutbox();
    // What the server has rendered says the old name: in this tab, when it was changed in another.
    const stopRenaming = socket.on('user:updated', ({ user }) => user.id === account.id && router.refresh());
    socket.open();
    return () => {
      stopRenaming();
      stopRooms();
      stopOutbox();
      socket.close();
    };
  }, [connected, account.id, router]);

  return <RealtimeContext value={realtime}>{children}</RealtimeContext>;
}

/** One's own rooms, live: the latest active first, with what is unread in each. */
export function useRooms(): readonly OwnRoom[] {
  const { rooms } = useRealtime();
  return useSyncExternalStore(rooms.subscribe, rooms.get, rooms.get);
}

const neverSettled = (): ConnectionState => 'connected';

/** The connection as it is now. On the server, and until the first moment has passed, it counts as good. */
export function useConnectionState(): ConnectionState {
  const { socket } = useRealtime();
  return useSyncExternalStore(socket.state.subscribe, socket.state.get, neverSettled);
}

const noneRefused: readonly OutboxEntry[] = [];

/** One's own messages that the service refused for good, in all rooms. On the server there are none: it does not know of them. */
export function useRefusedMessages(): readonly OutboxEntry[] {
  const { refused } = useRealtime().outbox;
  return useSyncExternalStore(refused.subscribe, refused.get, () => noneRefused);
}

/** Whether something that one wrote would go with the page, because the browser does not keep it. */
export function useLosable(): boolean {
  const { losable } = useRealtime().outbox;
  return useSyncExternalStore(losable.subscribe, losable.get, () => false);
}

/** How many of one's own messages wait to be sent, in all rooms. */
export function useWaitingCount(): number {
  const { waiting } = useRealtime().outbox;
  return useSyncExternalStore(waiting.subscribe, waiting.get, () => 0);
}
