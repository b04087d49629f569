import type { KeyboardEvent } from 'react';
import { LIMITS } from '@/lib/contracts/limits';
import { codePoints } from '@/lib/contracts/text';

/** Whether this key press sends: Enter alone, and not the one that ends a composition (Safari reports it afterwards, as 229). */
export function isSendKey(event: KeyboardEvent): boolean {
  return (
    event.key === 'Enter' &&
    !event.shiftKey &&
    !event.ctrlKey &&
    !event.altKey &&
    !event.metaKey &&
    !event.nativeEvent.isComposing &&
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- nothing else tells that press apart
    event.keyCode !== 229
  );
}

/** A message as it will be stored: the server does the same. */
export function toBody(typed: string): string {
  return typed.replace(/\r\n/g, '\n').trimEnd();
}

/** By how many characters (code points) a message is too long; 0 when it is not. */
export function excessOf(body: string): number {
  return body.length <= LIMITS.body ? 0 : Math.max(0, codePoints(body) - LIMITS.body);
}
