import type { Message } from '../contracts/entities';
import { LIMITS } from '../contracts/limits';
import { Frame } from './frame';

interface InRoom {
  roomId: number;
  name: string;
}

type Kind = 'messages:created' | 'message:updated';

/** One or more changes of a room with contiguous revisions: a stretch of its log. */
export interface Sequenced {
  first: number;
  last: number;
  /** how often the room had been closed to somebody when it was committed */
  closings: number;
  /** as they go out, made once: more than one only where a frame would be too large */
  frames(): Frame[];
  /** the part above a revision */
  above(revision: number): Sequenced;
}

/** Whether changes follow each other, and `revision`, without a gap. */
export function isContiguous(messages: Message[], revision: number): boolean {
  return messages.every((message, index) => message.revision === revision + 1 + index);
}

function chunks(messages: Message[]): Message[][] {
  const result: Message[][] = [];
  let chunk: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    // A control character is six bytes of JSON, the most that one UTF-16 unit can become: short bodies need no counting.
    const size = message.body.length < 1_000 ? 6_500 : Buffer.byteLength(JSON.stringify(message)) + 500;
    if (chunk.length > 0 && bytes + size > LIMITS.factBytes) {
      result.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) result.push(chunk);
  return result;
}

/**
 * A stretch of a room's log.
 *
 * @param messages ascending by revision and contiguous; several only for `messages:created`
 */
export function sequenced(kind: Kind, room: InRoom, messages: Message[], closings: number): Sequenced {
  let frames: Frame[] | undefined;
  const where = { room: room.name, roomId: room.roomId };
  return {
    first: messages[0]?.revision ?? 0,
    last: messages.at(-1)?.revision ?? 0,
    closings,
    frames: () =>
      (frames ??=
        kind === 'messages:created'
          ? chunks(messages).map((chunk) => new Frame(kind, { ...where, messages: chunk }))
          : messages.map((message) => new Frame(kind, { ...where, message }))),
    above: (revision) =>
      sequenced(
        kind,
        room,
        messages.filter((message) => message.revision > revision),
        closings,
      ),
  };
}
