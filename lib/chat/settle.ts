import type { Message } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import { metrics } from '../metrics';
import type { RoomRef } from './command';
import { keyOf, type Draft, type Inserted } from './insert';
import { publish } from './publish';

/** The stored message, and whether this call is what stored it. */
export interface Written {
  message: Message;
  created: boolean;
}

/** A draft with somebody who waits for what becomes of it. */
export interface Asked extends Draft {
  resolve(written: Written): void;
  reject(error: unknown): void;
}

/**
 * Acknowledges what was stored, then publishes it: one event for each room.
 *
 * @param inserted what came of the drafts
 * @returns the drafts that were left out
 */
export function settle<D extends Asked>(drafts: readonly D[], { messages, closings }: Inserted): D[] {
  const byRoom = new Map<number, { room: RoomRef; created: Message[] }>();
  const rest: D[] = [];
  for (const [index, draft] of drafts.entries()) {
    const message = messages[index];
    if (!message) {
      rest.push(draft);
      continue;
    }
    draft.resolve({ message, created: true });
    const group = byRoom.get(draft.room.id);
    if (group) group.created.push(message);
    else byRoom.set(draft.room.id, { room: draft.room, created: [message] });
  }
  metrics().accepted += drafts.length - rest.length;
  for (const { room, created } of byRoom.values()) {
    created.sort((a, b) => a.seq - b.seq);
    publish({
      type: 'messages:created',
      roomId: room.id,
      room: room.name,
      closings: closings.get(room.id) ?? 0,
      messages: created,
    });
  }
  return rest;
}

/**
 * Answers drafts that were not stored anew: with what is stored, or that they have no place to be stored in any more.
 *
 * @param stored by `keyOf`
 */
export function answer(drafts: readonly Asked[], stored: ReadonlyMap<string, Message>): void {
  for (const draft of drafts) {
    const message = stored.get(keyOf(draft) ?? '');
    if (message) draft.resolve({ message, created: false });
    else draft.reject(new AppError('not_found', 'There is no such room, or you are no longer in it.'));
  }
}
