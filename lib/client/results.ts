import type { CommandInput } from '@/lib/contracts/commands';
import type { Message, MessagePage } from '@/lib/contracts/entities';
import { isMessage, isMessagePage } from './guards';

/** The commands that a browser gives over its socket: what each takes, and what its acknowledgement brings. */
export interface SocketCommands {
  'room:join': { input: CommandInput<'room:join'>; result: MessagePage };
  'room:leave': { input: { room: string }; result: object };
  'room:read': { input: CommandInput<'room:read'>; result: { unread: number } };
  'message:send': { input: CommandInput<'message:send'>; result: { message: Message } };
  'message:edit': { input: CommandInput<'message:edit'>; result: { message: Message } };
  'message:delete': { input: CommandInput<'message:delete'>; result: { message: Message } };
  'message:list': { input: CommandInput<'message:list'>; result: MessagePage };
  typing: { input: { room: string; typing: boolean }; result: object };
}

export type SocketCommand = keyof SocketCommands;

const hasMessage = (value: object) => 'message' in value && isMessage(value.message);

const RESULT_GUARDS: Record<SocketCommand, (value: object) => boolean> = {
  'room:join': isMessagePage,
  'room:leave': () => true,
  'room:read': (value) => 'unread' in value && typeof value.unread === 'number',
  'message:send': hasMessage,
  'message:edit': hasMessage,
  'message:delete': hasMessage,
  'message:list': isMessagePage,
  typing: () => true,
};

/** Whether an acknowledgement brings what its command promises. */
export function isResult<N extends SocketCommand>(name: N, value: object): value is SocketCommands[N]['result'] {
  return RESULT_GUARDS[name](value);
}
