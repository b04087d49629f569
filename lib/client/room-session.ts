import type { Account, Message, MessagePage, Room, User } from '@/lib/contracts/entities';
import { LIMITS } from '@/lib/contracts/limits';
import { CommandError } from './errors';
import type { Outbox, OutboxEntry, OutboxEvent } from './outbox';
import { presenceAfter, typistsAfter, type Presence, type Typist } from './people';
import type { SocketCommands } from './results';
import type { ChatSocket } from './socket';
import { createStore, type Store } from './store';
import {
  firstSeq,
  hasAfter,
  hasBefore,
  missingSince,
  openTimeline,
  timelineReducer,
  type TimelineAction,
  type TimelineState,
} from './timeline';

/** Everything that a view of one room shows. */
export interface RoomState {
  room: Room;
  timeline: TimelineState;
  presence: Presence;
  typists: readonly Typist[];
  /** joined on this connection; until then what is seen may be a little old */
  joined: boolean;
  catchingUp: boolean;
  /**
   * Where pages of history began: these rows keep their heading once they have it. A row that shrank when older ones join it
   * would move what one reads.
   */
  pageStarts: ReadonlySet<number>;
  loading: 'before' | 'after' | 'jump' | null;
  /** the room is over for this reader */
  gone: 'deleted' | 'removed' | null;
  /** the newest message that came while one was looking: what a screen reader is told */
  announced: Message | null;
}

/** How long a missing change may still be under way before it is asked for. */
const GAP_MS = 300;
const REJOIN_MS = 2_000;
const TYPING_EVERY_MS = 3_000;
const TYPING_IDLE_MS = 5_000;
const READ_EVERY_MS = 1_000;

/** One room that is open in this tab: its timeline kept complete, and what one does in it. */
export class RoomSession {
  readonly state: Store<RoomState>;
  private readonly stops: (() => void)[] = [];
  private closed = false;
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private rejoinTimer: ReturnType<typeof setTimeout> | undefined;
  private lapseTimer: ReturnType<typeof setTimeout> | undefined;
  private readTimer: ReturnType<typeof setTimeout> | undefined;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private typingSentAt = 0;
  private readSent: number;
  private joining = 0;

  constructor(
    private readonly me: Account,
    private readonly socket: ChatSocket,
    private readonly outbox: Outbox,
    page: MessagePage,
    lastReadSeq: number,
    /** hears how many messages are left unread, as one reads: the list of rooms shows it at once */
    private readonly onRead: (unread: number) => void,
  ) {
    this.readSent = lastReadSeq;
    this.state = createStore<RoomState>({
      room: page.room,
      timeline: openTimeline(page, lastReadSeq),
      presence: { online: [], count: 0 },
      typists: [],
      joined: false,
      catchingUp: false,
      pageStarts: new Set(page.messages.slice(0, 1).map(({ seq }) => seq)),
      loading: null,
      gone: null,
      announced: null,
    });
  }

  /** Begins to live: joins with every connection, hears the room's facts, takes up what waits to be sent. */
  open(): void {
    this.closed = false;
    const { socket, outbox } = this;
    const roomId = this.state.get().room.id;
    const here = (fact: { roomId: number }) => fact.roomId === roomId;
    for (const entry of outbox.list(roomId)) this.take(entry);
    this.stops.push(
      outbox.subscribe((event) => here(event.entry) && this.hearOutbox(event)),
      socket.on('messages:created', (fact) => here(fact) && this.hear(fact.messages, true)),
      socket.on('message:updated', (fact) => here(fact) && this.hear([fact.message], false)),
      socket.on('presence', (fact) => here(fact) && this.patch({ presence: presenceAfter(this.presence, fact) })),
      socket.on(
        'typing',
        (fact) => here(fact) && this.setTypists(typistsAfter(this.typists, fact, Date.now() + LIMITS.typingMs)),
      ),
      socket.on('room:read', (fact) => here(fact) && this.dispatch({ type: 'read', seq: fact.seq })),
      socket.on('room:updated', ({ room }) => room.id === roomId && this.patch({ room })),
      socket.on('room:deleted', (fact) => here(fact) && this.patch({ gone: 'deleted' })),
      socket.on('room:removed', (fact) => here(fact) && this.patch({ gone: 'removed' })),
      socket.on('room:added', ({ room }) => room.id === roomId && this.comeBack(room)),
      socket.on('user:updated', ({ user }) => this.rename(user)),
      socket.state.subscribe(() => socket.state.get() !== 'connected' && this.patch({ joined: false, typists: [] })),
      socket.onConnect(() => void this.join()),
    );
  }

  /** Ends it: this connection no longer hears the room; the membership stays. */
  close(): void {
    this.sendTyping(false);
    this.flushRead();
    this.closed = true;
    this.joining++;
    for (const stop of this.stops.splice(0)) stop();
    for (const timer of [this.gapTimer, this.rejoinTimer, this.lapseTimer, this.typingTimer]) clearTimeout(timer);
    if (this.state.get().joined) this.quietly('room:leave', { room: this.name });
    this.patch({ joined: false });
  }

  /** Loads the page before the window. Does nothing while another is loading. */
  async loadBefore(): Promise<void> {
    if (hasBefore(this.timeline)) await this.load('before', { before: firstSeq(this.timeline) });
  }

  /** Loads the page after the window, when one reads in the past. */
  async loadAfter(): Promise<void> {
    const last = this.timeline.messages.at(-1);
    if (last && hasAfter(this.timeline)) await this.load('after', { after: last.seq });
  }

  /** Makes the window reach the present. */
  async jumpToLatest(): Promise<void> {
    if (hasAfter(this.timeline)) await this.load('jump', {});
  }

  /** Makes the window hold this message and what surrounds it. */
  async jumpTo(seq: number): Promise<void> {
    const index = seq - firstSeq(this.timeline);
    if (index < 0 || index >= this.timeline.messages.length) await this.load('jump', { around: seq });
  }

  /** Writes a message: it stands in the room at once, and leaves as soon as there is a connection. */
  send(body: string, clientMessageId: string): void {
    const { id: roomId, name: room } = this.state.get().room;
    this.sendTyping(false);
    this.outbox.add({ clientMessageId, roomId, room, body, createdAt: Date.now() });
  }

  /** Sends a message again that the server had refused. */
  retry(clientMessageId: string): void {
    const entry = this.outbox.list(this.state.get().room.id).find((one) => one.clientMessageId === clientMessageId);
    if (entry) this.outbox.add({ ...entry, room: this.name });
  }

  /** Gives up a message that was not sent. */
  discard(clientMessageId: string): void {
    this.outbox.remove(clientMessageId);
  }

  /** Changes a message of one's own. @throws CommandError when the server does not take it */
  async edit(seq: number, body: string): Promise<void> {
    const { message } = await this.socket.command('message:edit', { room: this.name, seq, body });
    this.dispatch({ type: 'versions', messages: [message] });
  }

  /** Deletes a message. @throws CommandError when the server does not do it */
  async delete(seq: number): Promise<void> {
    const { message } = await this.socket.command('message:delete', { room: this.name, seq });
    this.dispatch({ type: 'versions', messages: [message] });
  }

  /** Notes that everything up to this message has been seen; told to the server at most once a second. */
  markRead(seq: number): void {
    if (seq <= this.timeline.lastReadSeq && seq <= this.readSent) return;
    this.dispatch({ type: 'read', seq });
    this.onRead(Math.max(this.timeline.lastSeq - seq, 0));
    this.readTimer ??= setTimeout(() => this.flushRead(), READ_EVERY_MS);
  }

  /** Tells the others that one is typing, or no longer; it is repeated only as often as it takes to be kept up. */
  typing(active: boolean): void {
    clearTimeout(this.typingTimer);
    if (!active) return void this.sendTyping(false);
    this.typingTimer = setTimeout(() => this.sendTyping(false), TYPING_IDLE_MS);
    if (Date.now() - this.typingSentAt > TYPING_EVERY_MS) this.sendTyping(true);
  }

  private get name(): string {
    return this.state.get().room.name;
  }

  private get timeline(): TimelineState {
    return this.state.get().timeline;
  }

  private get presence(): Presence {
    return this.state.get().presence;
  }

  private get typists(): readonly Typist[] {
    return this.state.get().typists;
  }

  private patch(change: Partial<RoomState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }

  private dispatch(action: TimelineAction): void {
    const timeline = timelineReducer(this.timeline, action);
    if (timeline === this.timeline) return;
    this.patch({ timeline });
    clearTimeout(this.gapTimer);
    if (missingSince(timeline) !== null && !this.state.get().catchingUp) {
      this.gapTimer = setTimeout(() => void this.fillGap(), GAP_MS);
    }
  }

  private hear(messages: readonly Message[], created: boolean): void {
    this.dispatch({ type: 'versions', messages });
    if (!created) return;
    for (const message of messages) {
      const own = message.author?.id === this.me.id;
      if (own) this.outbox.settle(message);
      if (own) this.dispatch({ type: 'read', seq: message.seq });
    }
    const last = messages.findLast((message) => message.author?.id !== this.me.id);
    if (last) this.patch({ announced: last });
    const authors = new Set(messages.map((message) => message.author?.id));
    if (this.typists.some(({ user }) => authors.has(user.id))) {
      this.setTypists(this.typists.filter(({ user }) => !authors.has(user.id)));
    }
  }

  private hearOutbox(event: OutboxEvent): void {
    const { clientMessageId } = event.entry;
    if (event.type === 'queued') this.take(event.entry);
    else if (event.type === 'failed') this.dispatch({ type: 'failed', clientMessageId, failure: event.failure });
    else if (event.type === 'sent') this.dispatch({ type: 'sent', message: event.message });
    else this.dispatch({ type: 'discarded', clientMessageId });
  }

  private take({ clientMessageId, body, createdAt, failure }: OutboxEntry): void {
    this.dispatch({ type: 'queued', entry: { clientMessageId, body, createdAt } });
    if (failure) this.dispatch({ type: 'failed', clientMessageId, failure });
  }

  private setTypists(typists: readonly Typist[]): void {
    clearTimeout(this.lapseTimer);
    this.patch({ typists });
    const next = Math.min(...typists.map(({ until }) => until));
    if (Number.isFinite(next)) {
      this.lapseTimer = setTimeout(
        () => this.setTypists(this.typists.filter(({ until }) => until > Date.now())),
        Math.max(next - Date.now(), 0) + 10,
      );
    }
  }

  /** Joins, and closes the distance between what is known and what is. */
  private async join(): Promise<void> {
    const turn = ++this.joining;
    const current = () => turn === this.joining && !this.closed;
    this.patch({ catchingUp: true });
    clearTimeout(this.rejoinTimer);
    try {
      const since = this.timeline.revision;
      let page: MessagePage;
      try {
        page = await this.socket.command('room:join', { room: this.name, since });
        if (!current()) return;
        this.patch({ room: page.room, joined: true, gone: null });
        this.dispatch({ type: 'caught-up', since, page });
        await this.pageOn(page, current);
      } catch (error) {
        if (!(error instanceof CommandError) || error.code !== 'unprocessable') throw error;
        page = await this.socket.command('room:join', { room: this.name });
        if (!current()) return;
        this.readSent = 0;
        this.patch({ room: page.room, joined: true, gone: null });
        this.dispatch({ type: 'restart', page });
      }
      if (!current()) return;
      this.patch({ catchingUp: false });
      this.flushRead();
    } catch (error) {
      if (current()) this.joinFailed(error);
    }
  }

  private joinFailed(error: unknown): void {
    this.patch({ catchingUp: false });
    if (!(error instanceof CommandError)) throw error;
    if (error.code === 'not_found') this.patch({ gone: 'deleted' });
    else if (error.code === 'forbidden') this.patch({ gone: 'removed' });
    else if (this.socket.connected) {
      this.rejoinTimer = setTimeout(() => void this.join(), error.retryAfterMs ?? REJOIN_MS);
    }
  }

  /** Fetches the rest of a catch-up that did not fit into one answer. */
  private async pageOn(page: MessagePage, current: () => boolean): Promise<void> {
    for (let more = page.hasMore; more && current();) {
      const since = this.timeline.revision;
      const next = await this.socket.command('message:list', { room: this.name, since, limit: LIMITS.page.max });
      if (!current()) return;
      this.dispatch({ type: 'caught-up', since, page: next });
      more = next.hasMore;
    }
  }

  private async fillGap(): Promise<void> {
    const since = missingSince(this.timeline);
    if (since === null || this.closed || !this.socket.connected || this.state.get().catchingUp) return;
    const turn = this.joining;
    const current = () => turn === this.joining && !this.closed;
    this.patch({ catchingUp: true });
    try {
      const page = await this.socket.command('message:list', { room: this.name, since, limit: LIMITS.page.max });
      if (!current()) return;
      this.dispatch({ type: 'caught-up', since, page });
      await this.pageOn(page, current);
      if (current()) this.patch({ catchingUp: false });
    } catch (error) {
      if (current()) this.joinFailed(error);
    }
  }

  private async load(
    side: 'before' | 'after' | 'jump',
    place: { before?: number; after?: number; around?: number },
  ): Promise<void> {
    const { loading, timeline } = this.state.get();
    if ((loading && side !== 'jump') || !this.socket.connected) return;
    this.patch({ loading: side });
    try {
      const page = await this.socket.command('message:list', { room: this.name, ...place, limit: LIMITS.page.max / 2 });
      if (this.closed || this.timeline.generation !== timeline.generation) return;
      this.dispatch({ type: side === 'jump' ? 'jump' : 'page', page });
      this.patch({ pageStarts: new Set(this.state.get().pageStarts).add(firstSeq(this.timeline)) });
    } catch (error) {
      // Scrolling on asks again; the connection's own state says what is wrong.
      if (!(error instanceof CommandError)) throw error;
    } finally {
      this.patch({ loading: null });
    }
  }

  private comeBack(room: Room): void {
    this.patch({ room, gone: null });
    if (this.socket.connected) void this.join();
  }

  private rename(user: User): void {
    const renamed = <T extends { author: User | null }>(message: T): T =>
      message.author?.id === user.id ? { ...message, author: user } : message;
    const { timeline, presence } = this.state.get();
    this.patch({
      timeline: { ...timeline, messages: timeline.messages.map(renamed) },
      presence: { ...presence, online: presence.online.map((one) => (one.id === user.id ? user : one)) },
    });
  }

  private flushRead(): void {
    clearTimeout(this.readTimer);
    this.readTimer = undefined;
    const seq = this.timeline.lastReadSeq;
    if (seq <= this.readSent || !this.state.get().joined) return;
    this.readSent = seq;
    this.quietly('room:read', { room: this.name, seq });
  }

  private sendTyping(active: boolean): void {
    clearTimeout(this.typingTimer);
    if (!active && this.typingSentAt === 0) return;
    this.typingSentAt = active ? Date.now() : 0;
    if (this.state.get().joined) this.quietly('typing', { room: this.name, typing: active });
  }

  /** For what may be lost: it is a hint, or comes again by itself. */
  private quietly<N extends 'typing' | 'room:read' | 'room:leave'>(name: N, input: SocketCommands[N]['input']): void {
    void this.socket.command(name, input).catch(() => undefined);
  }
}
