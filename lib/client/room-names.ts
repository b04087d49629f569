import type { Room } from '@/lib/contracts/entities';
import { CommandError } from './errors';
import type { SocketCommands } from './results';

interface Asked {
  command(
    name: 'message:list',
    input: SocketCommands['message:list']['input'],
  ): Promise<SocketCommands['message:list']['result']>;
}

/**
 * What rooms are called now. A message that waited knows its room's id and an old name; by now that may be another room's, to which
 * the message must not go.
 */
export class RoomNames {
  readonly #asked: Asked;
  readonly #ownRooms: () => Promise<readonly Pick<Room, 'id' | 'name'>[]>;
  readonly #known = new Map<number, string>();

  /** @param ownRooms the rooms that one is a member of, as the service has them now; throws CommandError */
  constructor(asked: Asked, ownRooms: () => Promise<readonly Pick<Room, 'id' | 'name'>[]>) {
    this.#asked = asked;
    this.#ownRooms = ownRooms;
  }

  /** Notes a name that the service has just told. */
  note({ id, name }: Pick<Room, 'id' | 'name'>): void {
    this.#known.set(id, name);
  }

  /** Forgets one room's name, or all: while there was no connection, what renamed them was not heard. */
  forget(roomId?: number): void {
    if (roomId === undefined) this.#known.clear();
    else this.#known.delete(roomId);
  }

  /**
   * The present name of a room.
   *
   * @param lastName what it was called when that was last known
   * @throws CommandError `not_found` or `forbidden` when it is no room of this reader's any more; transient ones when nobody could say
   */
  async locate(roomId: number, lastName: string): Promise<string> {
    const known = this.#known.get(roomId);
    if (known !== undefined) return known;
    let refusal = new CommandError('not_found', 'There is no such room any more.');
    try {
      const { room } = await this.#asked.command('message:list', { room: lastName, limit: 1 });
      if (room.id === roomId) {
        this.note(room);
        return room.name;
      }
    } catch (error) {
      if (!(error instanceof CommandError) || !['not_found', 'forbidden'].includes(error.code)) throw error;
      refusal = error;
    }
    const own = (await this.#ownRooms()).find((room) => room.id === roomId);
    if (!own) throw refusal;
    this.note(own);
    return own.name;
  }
}
