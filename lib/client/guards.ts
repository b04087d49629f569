import type { Message, MessagePage, Room } from '@/lib/contracts/entities';
import type { ErrorCode, WireError } from '@/lib/contracts/errors';
import type { FactName, Facts } from '@/lib/contracts/facts';

/*
 * What comes from the service itself is checked by its shape alone: enough that a proxy's error page or a newer server's unknown
 * fact cannot break the page. The schemas stay at the server's door; in the browser they would cost a third of its budget.
 */

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

function isUser(value: unknown): boolean {
  return isObject(value) && isCount(value.id) && typeof value.username === 'string';
}

/** Whether this has the shape of a message. */
export function isMessage(value: unknown): value is Message {
  return (
    isObject(value) &&
    isCount(value.roomId) &&
    isCount(value.seq) &&
    isCount(value.revision) &&
    typeof value.body === 'string' &&
    typeof value.createdAt === 'string' &&
    (value.author === null || isUser(value.author))
  );
}

/** Whether this has the shape of a room. */
export function isRoom(value: unknown): value is Room {
  return (
    isObject(value) &&
    isCount(value.id) &&
    typeof value.name === 'string' &&
    typeof value.topic === 'string' &&
    isCount(value.lastSeq) &&
    isCount(value.revision)
  );
}

/** Whether this has the shape of a page of history. */
export function isMessagePage(value: unknown): value is MessagePage {
  return (
    isObject(value) &&
    isRoom(value.room) &&
    Array.isArray(value.messages) &&
    value.messages.every(isMessage) &&
    typeof value.hasMore === 'boolean'
  );
}

/** Whether this is an error as sockets carry it. */
export function isWireError(value: unknown): value is WireError & { code: ErrorCode } {
  return isObject(value) && typeof value.code === 'string' && typeof value.message === 'string';
}

const inRoom = (value: Fields) => isCount(value.roomId);
const withUser = (value: Fields) => inRoom(value) && isUser(value.user);
const withRoom = (value: Fields) => isRoom(value.room);
const isUsers = (value: unknown) => Array.isArray(value) && value.every(isUser);

const FACT_GUARDS: Record<FactName, (value: Fields) => boolean> = {
  'messages:created': (value) => inRoom(value) && Array.isArray(value.messages) && value.messages.every(isMessage),
  'message:updated': (value) => inRoom(value) && isMessage(value.message),
  presence: (value) => inRoom(value) && (isUsers(value.online) || (isUsers(value.joined) && isUsers(value.left))),
  typing: (value) => withUser(value) && typeof value.typing === 'boolean',
  'member:added': withUser,
  'member:removed': withUser,
  'room:activity': (value) => inRoom(value) && isCount(value.lastSeq) && isCount(value.unread),
  'room:updated': withRoom,
  'room:deleted': inRoom,
  'room:read': (value) => inRoom(value) && isCount(value.seq) && isCount(value.unread),
  'room:added': withRoom,
  'room:removed': inRoom,
  'user:updated': (value) => isUser(value.user) && typeof value.previous === 'string',
  'session:closing': (value) => isCount(value.code),
};

/** The names of all facts that this client understands. */
export const FACT_NAMES: readonly FactName[] = Object.keys(FACT_GUARDS).filter(
  (name): name is FactName => name in FACT_GUARDS,
);

/** Whether a fact's payload has the shape that its name promises. */
export function isFact<N extends FactName>(name: N, payload: unknown): payload is Facts[N] {
  return isObject(payload) && FACT_GUARDS[name](payload);
}
