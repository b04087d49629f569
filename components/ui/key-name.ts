'use client';

import { useSyncExternalStore } from 'react';

const NAMES = { command: { apple: '⌘', other: 'Ctrl' }, alt: { apple: '⌥', other: 'Alt' } } as const;

/** What is asked for never changes while the page is there. */
const never = () => () => undefined;
const onApple = () => /mac|iphone|ipad/i.test(navigator.userAgent);

/** What a modifier key is called on the reader's keyboard. */
export function useKeyName(key: keyof typeof NAMES): string {
  return NAMES[key][useSyncExternalStore(never, onApple, () => false) ? 'apple' : 'other'];
}
