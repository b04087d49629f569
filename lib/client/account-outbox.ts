import { Outbox } from './outbox';
import { indexedDbOutboxStore } from './outbox-database';
import { withSpareMemory } from './outbox-store';
import { browserTabs } from './outbox-tabs';
import { loadOwnRooms } from './load-own-rooms';
import type { SocketCommands } from './results';
import { RoomNames } from './room-names';
import type { ChatSocket } from './socket';
import { onWake } from './wake';

/** An account's outbox in this browser, as one tab has it. */
export interface AccountOutbox {
  outbox: Outbox;
  /** Notes what rooms are called, wherever that is told. */
  names: RoomNames;
  /** Begins to send. @returns a function that ends it */
  run: () => () => void;
}

/** Joins an account's outbox to what the browser keeps, to the other tabs, and to the connection. */
export function createAccountOutbox(accountId: number, socket: ChatSocket): AccountOutbox {
  const names = new RoomNames(socket, () => loadOwnRooms(accountId));
  const sender = {
    get connected() {
      return socket.connected;
    },
    command: (name: 'message:send', input: SocketCommands['message:send']['input']) => socket.command(name, input),
    locate: (roomId: number, lastName: string) => names.locate(roomId, lastName),
    onConnect: (handler: () => void) => socket.onConnect(handler),
    onDisconnect: (handler: () => void) => socket.onDisconnect(handler),
  };
  const outbox = new Outbox(sender, withSpareMemory(indexedDbOutboxStore(accountId)), browserTabs(accountId));
  const keepPage = (event: BeforeUnloadEvent) => outbox.losable.get() && event.preventDefault();
  return {
    outbox,
    names,
    run() {
      const stops = [
        socket.onDisconnect(() => names.forget()),
        socket.on('room:updated', ({ room }) => names.note(room)),
        socket.on('room:added', ({ room }) => names.note(room)),
        socket.on('room:removed', ({ roomId }) => names.forget(roomId)),
        socket.on('room:deleted', ({ roomId }) => names.forget(roomId)),
        onWake(() => void outbox.reread()),
      ];
      window.addEventListener('beforeunload', keepPage);
      outbox.start();
      return () => {
        stops.forEach((stop) => stop());
        window.removeEventListener('beforeunload', keepPage);
        outbox.stop();
      };
    },
  };
}
