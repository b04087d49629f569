import type { Account, OwnRoom } from '@/lib/contracts/entities';
import { roomsReducer, type RoomsAction } from './rooms';
import type { ChatSocket } from './socket';
import { createStore, type Store } from './store';

/** The list of one's own rooms, as one tab has it. */
export interface OwnRooms {
  rooms: Store<readonly OwnRoom[]>;
  /** Notes what is left unread in one of them. */
  markUnread: (roomId: number, unread: number) => void;
  /** Begins to keep it. @returns a function that ends it */
  run: () => () => void;
}

/**
 * Keeps the list of rooms as the facts tell it, and fetches it anew with every connection: facts may have been missed.
 *
 * @param initial the rooms as the server rendered them
 * @param fetchRooms the rooms as the service has them now; throws CommandError
 */
export function createOwnRooms(
  account: Pick<Account, 'id'>,
  socket: Pick<ChatSocket, 'on' | 'onConnect'>,
  initial: readonly OwnRoom[],
  fetchRooms: () => Promise<readonly OwnRoom[]>,
): OwnRooms {
  const rooms = createStore(initial);
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
    const loaded = await fetchRooms().catch(() => null);
    // A later connection has asked anew.
    if (told !== meanwhile) return;
    meanwhile = null;
    if (!loaded) return;
    reduce({ type: 'loaded', rooms: loaded });
    for (const action of told) reduce(action);
  };
  return {
    rooms,
    markUnread: (roomId, unread) => apply({ type: 'unread', roomId, unread }),
    run() {
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
    },
  };
}
