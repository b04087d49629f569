'use client';

import { loginPath } from '@/lib/contracts/paths';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { createAccountOutbox } from '@/lib/client/account-outbox';
import type { Outbox } from '@/lib/client/outbox';
import type { OutboxEntry } from '@/lib/client/outbox-entry';
import { loadOwnRooms } from '@/lib/client/own-rooms';
import type { RoomNames } from '@/lib/client/room-names';
import { roomsReducer, type RoomsAction } from '@/lib/client/rooms';
import { createChatSocket, type ChatSocket, type ConnectionState } from '@/lib/client/socket';
import { createStore, type Store } from '@/lib/client/store';
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
const LEAVING_MS = 2_000;

function signInAgain() {
  const here = location.pathname + location.search + location.hash;
  setTimeout(() => location.assign(loginPath(here)), leaving ? LEAVING_MS : 0);
}

let leaving = false;
if (typeof window !== 'undefined') {
  window.addEventListener('beforeunload', () => (leaving = true));
  window.addEventListener('pageshow', () => (leaving = false));
}

/** Keeps the list of rooms as the facts tell it, and fetches it anew with every connection: facts may have been missed. */
function keepRooms({ account, socket, rooms }: Realtime): () => void {
  /** What was told since the list was asked for: the answer may be older than that. Null while nothing is asked. */
  let meanwhile: RoomsAction[] | null = null;
  const reduce = (action: RoomsAction) => rooms.set(roomsReducer(rooms.get(), action));
  const apply = (action: RoomsAction) => {
    meanwhile?.push(action);
    reduce(action);
  };
  const load = async () => {
    const told: RoomsAction[] = (meanwhile = []);
    // Without an answer the list stays as it is; the next connection asks again.
    const loaded = await loadOwnRooms(account.id).catch(() => null);
    // A later connection has asked anew.
    if (told !== meanwhile) return;
    meanwhile = null;
    if (!loaded) return;
    reduce({ type: 'loaded', rooms: loaded });
    for (const action of told) reduce(action);
  };
  const stops = [
    socket.onConnect(() => void load()),
    socket.on('messages:created', ({ roomId, messages }) =>
      apply({ type: 'messages', roomId, messages, me: account.id }),
    ),
    socket.on('room:activity', (fact) => apply({ type: 'activity', ...fact })),
    socket.on('room:read', ({ roomId, unread }) => apply({ type: 'unread', roomId, unread })),
    socket.on('room:updated', ({ room }) => apply({ type: 'updated', room })),
    socket.on('room:added', ({ room }) => apply({ type: 'added', room })),
    socket.on('room:removed', ({ roomId }) => apply({ type: 'removed', roomId })),
    socket.on('room:deleted', ({ roomId }) => apply({ type: 'removed', roomId })),
    socket.on('user:updated', ({ user }) => apply({ type: 'user', user })),
  ];
  return () => stops.forEach((stop) => stop());
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
    const rooms = createStore(initialRooms);
    const markUnread = (roomId: number, unread: number) =>
      rooms.set(roomsReducer(rooms.get(), { type: 'unread', roomId, unread }));
    const { outbox, names, run } = createAccountOutbox(account.id, socket);
    return { socket, rooms, markUnread, outbox, names, runOutbox: run };
  });
  const realtime = useMemo(() => ({ account, ...connected }), [account, connected]);

  useEffect(() => {
    const { socket, runOutbox } = connected;
    const stopRooms = keepRooms({ account, ...connected });
    const stopOutbox = runOutbox();
    socket.open();
    return () => {
      stopRooms();
      stopOutbox();
      socket.close();
    };
    // The account is who signed in; a change of its name does not make another connection.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [account.id, connected]);

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
