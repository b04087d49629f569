import { browserStorage, type KeyValue } from './storage';

const keyOf = (accountId: number, roomId: number) => `beseda:draft:${accountId}:${roomId}`;

/** What has been typed in this room and not been sent; empty if nothing has. */
export function readDraft(accountId: number, roomId: number, storage: KeyValue = browserStorage): string {
  return storage.get(keyOf(accountId, roomId)) ?? '';
}

/** Keeps a draft across reloads; an empty one is forgotten. */
export function writeDraft(accountId: number, roomId: number, text: string, storage: KeyValue = browserStorage): void {
  const key = keyOf(accountId, roomId);
  if (text === '') storage.remove(key);
  else storage.set(key, text);
}
