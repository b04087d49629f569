import type { Message, MessagePage, Room } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import type { Presence, Typist } from './people';
import type { SocketCommands } from './results';
import type { ChatSocket } from './socket';
import { createStore, type Store } from './store';
import { openTimeline, timelineReducer, type TimelineAction, type TimelineState } from './timeline';

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
  /** what had been read when one came back after so long that the window was opened anew; null until that happens */
  readBeforeAbsence: number | null;
}

/** What the parts of a room's session share: its state, its connection, and whether it is over. */
export class RoomCore {
  readonly state: Store<RoomState>;
  readonly socket: ChatSocket;
  closed = false;
  /** called with each new timeline */
  onTimeline: (timeline: TimelineState) => void = () => undefined;

  constructor(socket: ChatSocket, page: MessagePage, lastReadSeq: number) {
    this.socket = socket;
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
      readBeforeAbsence: null,
    });
  }

  get roomId(): number {
    return this.state.get().room.id;
  }

  /** the room's present name */
  get name(): string {
    return this.state.get().room.name;
  }

  get timeline(): TimelineState {
    return this.state.get().timeline;
  }

  patch(change: Partial<RoomState>): void {
    this.state.set({ ...this.state.get(), ...change });
  }

  dispatch(action: TimelineAction): void {
    const timeline = timelineReducer(this.timeline, action);
    if (timeline === this.timeline) return;
    this.patch({ timeline });
    this.onTimeline(timeline);
  }

  /**
   * A page of this room's history.
   *
   * @throws CommandError as the socket does; `offline` until the room is joined, because only the join tells what the room is called
   * now; `protocol` when the name has become another room's meanwhile
   */
  async list(place: Omit<SocketCommands['message:list']['input'], 'room'>): Promise<MessagePage> {
    this.assertJoined();
    const page = await this.socket.command('message:list', { room: this.name, ...place });
    if (page.room.id !== this.roomId) throw new CommandError('protocol', 'The answer was of another room.');
    return page;
  }

  /** @throws CommandError `offline` until the room is joined: its name may be another room's by now */
  assertJoined(): void {
    if (!this.state.get().joined) throw new CommandError('offline', 'There is no connection.');
  }

  /** For what may be lost: it is a hint, or comes again by itself. */
  quietly<N extends 'typing' | 'room:leave'>(name: N, input: SocketCommands[N]['input']): void {
    void this.socket.command(name, input).catch(() => undefined);
  }
}
