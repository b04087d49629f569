import type { Account, Message, MessagePage, Room, User } from '@/lib/contracts/entities';
import type { Outbox, OutboxEvent } from './outbox';
import { presenceAfter } from './people';
import { RoomCatchUp, type PresentNames, type Reader } from './room-catch-up';
import { RoomCore, type RoomState } from './room-core';
import { RoomHistory } from './room-history';
import { RoomReading } from './room-reading';
import { RoomTyping } from './room-typing';
import type { ChatSocket } from './socket';
import type { Store } from './store';

/** What a room's session stands on. */
export interface RoomSessionParts {
  me: Account;
  socket: ChatSocket;
  names: PresentNames;
  outbox: Outbox;
  /** what the page of the room was opened with */
  page: MessagePage;
  /** how far its reader had read */
  lastReadSeq: number;
  /** hears how many messages are left unread, as one reads: the list of rooms shows it at once */
  onRead: (unread: number) => void;
}

/** One room that is open in this tab: its timeline kept complete, and what one does in it. */
export class RoomSession {
  readonly state: Store<RoomState>;
  readonly #core: RoomCore;
  readonly #me: Account;
  readonly #outbox: Outbox;
  readonly #history: RoomHistory;
  readonly #catchUp: RoomCatchUp;
  readonly #reading: RoomReading;
  readonly #typing: RoomTyping;
  readonly #stops: (() => void)[] = [];
  #reader: () => Reader = () => ({ place: null, busy: false });

  constructor({ me, socket, names, outbox, page, lastReadSeq, onRead }: RoomSessionParts) {
    this.#me = me;
    this.#outbox = outbox;
    this.#core = new RoomCore(socket, page, lastReadSeq);
    this.state = this.#core.state;
    this.#history = new RoomHistory(this.#core);
    this.#reading = new RoomReading(this.#core, onRead);
    this.#typing = new RoomTyping(this.#core);
    this.#catchUp = new RoomCatchUp(this.#core, this.#history, names, {
      reader: () => this.#reader(),
      onJoined: () => {
        this.#reading.flush();
        void this.#history.jump();
      },
      onOtherHistory: () => this.#reading.forget(),
    });
  }

  /** Begins to live: joins with every connection, hears the room's facts, takes up what waits to be sent. */
  open(): void {
    const core = this.#core;
    const { socket, state } = core;
    core.closed = false;
    const roomId = state.get().room.id;
    const here = (fact: { roomId: number }) => fact.roomId === roomId;
    this.#takeWaiting();
    this.#stops.push(
      this.#outbox.subscribe((event) => here(event) && this.#hearOutbox(event)),
      socket.on('messages:created', (fact) => here(fact) && this.#hearCreated(fact.messages)),
      socket.on(
        'message:updated',
        (fact) => here(fact) && core.dispatch({ type: 'versions', messages: [fact.message] }),
      ),
      socket.on(
        'presence',
        (fact) => here(fact) && core.patch({ presence: presenceAfter(state.get().presence, fact) }),
      ),
      socket.on('typing', (fact) => here(fact) && this.#typing.hear(fact)),
      socket.on('room:read', (fact) => here(fact) && core.dispatch({ type: 'read', seq: fact.seq })),
      socket.on('room:updated', ({ room }) => room.id === roomId && core.patch({ room })),
      socket.on('room:deleted', (fact) => here(fact) && core.patch({ gone: 'deleted' })),
      socket.on('room:removed', (fact) => here(fact) && core.patch({ gone: 'removed' })),
      socket.on('room:added', ({ room }) => room.id === roomId && this.#comeBack(room)),
      socket.on('user:updated', ({ user }) => this.#rename(user)),
      socket.state.subscribe(() => socket.state.get() !== 'connected' && core.patch({ joined: false, typists: [] })),
      socket.onConnect(() => void this.#catchUp.join()),
    );
  }

  /** Ends it: this connection no longer hears the room; the membership stays. */
  close(): void {
    const core = this.#core;
    this.#typing.close();
    this.#reading.flush();
    core.closed = true;
    this.#catchUp.close();
    for (const stop of this.#stops.splice(0)) stop();
    core.patch({ joined: false });
  }

  /** Asks the view of the room where its reader is, from now on: what comes after a long absence must not move them. */
  watchReader(reader: () => Reader): void {
    this.#reader = reader;
  }

  /** Loads the page before the window. Does nothing while another is loading. */
  loadBefore(): Promise<void> {
    return this.#history.before();
  }

  /** Loads the page after the window, when one reads in the past. */
  loadAfter(): Promise<void> {
    return this.#history.after();
  }

  /** Makes the window reach the present; without a connection, as soon as there is one. */
  jumpToLatest(): Promise<void> {
    return this.#history.toLatest();
  }

  /** Makes the window hold this message and what surrounds it; without a connection, as soon as there is one. */
  jumpTo(seq: number): Promise<void> {
    return this.#history.to(seq);
  }

  /** Lets go of what is far from this message, if very much is loaded. */
  trimAround(seq: number): void {
    this.#history.trimAround(seq);
  }

  /** Writes a message: it stands in the room at once, and leaves as soon as there is a connection. */
  send(body: string, clientMessageId: string): void {
    const { id: roomId, name: room } = this.state.get().room;
    this.#typing.tell(false);
    this.#outbox.add({ clientMessageId, roomId, room, body, createdAt: Date.now() });
  }

  /** Sends a message again that the server had refused. */
  retry(clientMessageId: string): void {
    this.#outbox.retry(clientMessageId, this.#core.name);
  }

  /** Gives up a message that was not sent. */
  discard(clientMessageId: string): void {
    this.#outbox.remove(clientMessageId);
  }

  /** Changes a message of one's own. @throws CommandError when the server does not take it, `offline` until the room is joined */
  async edit(seq: number, body: string): Promise<void> {
    const { socket, name: room } = this.#core;
    this.#core.assertJoined();
    const { message } = await socket.command('message:edit', { room, seq, body });
    this.#core.dispatch({ type: 'versions', messages: [message] });
  }

  /** Deletes a message. @throws CommandError when the server does not do it, `offline` until the room is joined */
  async delete(seq: number): Promise<void> {
    const { socket, name: room } = this.#core;
    this.#core.assertJoined();
    const { message } = await socket.command('message:delete', { room, seq });
    this.#core.dispatch({ type: 'versions', messages: [message] });
  }

  /** Notes that everything up to this message has been seen; told to the server at most once a second. */
  markRead(seq: number): void {
    this.#reading.mark(seq);
  }

  /** Tells the others that one is typing, or no longer; it is repeated only as often as it takes to be kept up. */
  typing(active: boolean): void {
    this.#typing.tell(active);
  }

  #hearCreated(messages: readonly Message[]): void {
    const core = this.#core;
    core.dispatch({ type: 'versions', messages });
    for (const message of messages) {
      if (message.author?.id !== this.#me.id) continue;
      this.#outbox.settle(message);
      core.dispatch({ type: 'read', seq: message.seq });
    }
    const last = messages.findLast((message) => message.author?.id !== this.#me.id);
    if (last) core.patch({ announced: last });
    this.#typing.done(new Set(messages.map((message) => message.author?.id)));
  }

  #hearOutbox(event: OutboxEvent): void {
    if (event.type === 'changed') this.#takeWaiting();
    else if (event.type === 'queued') {
      const { clientMessageId, body, createdAt } = event.entry;
      this.#core.dispatch({ type: 'queued', entry: { clientMessageId, body, createdAt } });
    } else this.#core.dispatch(event);
    // What kept the present from being shown has passed.
    if (event.type === 'sent' && this.state.get().loading !== 'jump') void this.#history.jump();
  }

  #takeWaiting(): void {
    const entries = this.#outbox.list(this.state.get().room.id);
    if (entries.length === 0 && this.#core.timeline.pending.length === 0) return;
    this.#core.dispatch({
      type: 'waiting',
      entries: entries.map(({ clientMessageId, body, createdAt, failure }) => ({
        clientMessageId,
        body,
        createdAt,
        ...(failure ? { failure } : {}),
      })),
    });
  }

  #comeBack(room: Room): void {
    this.#core.patch({ room, gone: null });
    if (this.#core.socket.connected) void this.#catchUp.join();
  }

  #rename(user: User): void {
    const renamed = <T extends { author: User | null }>(message: T): T =>
      message.author?.id === user.id ? { ...message, author: user } : message;
    const { room, timeline, presence, typists } = this.state.get();
    const same = (one: User): User => (one.id === user.id ? user : one);
    this.#core.patch({
      room: room.owner ? { ...room, owner: same(room.owner) } : room,
      timeline: { ...timeline, messages: timeline.messages.map(renamed) },
      presence: { ...presence, online: presence.online.map(same) },
      typists: typists.map((typist) => ({ ...typist, user: same(typist.user) })),
    });
  }
}
