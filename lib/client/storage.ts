/** The part of `Storage` that is used here. A browser may refuse all of it (private mode, blocked cookies, full). */
export interface KeyValue {
  get(key: string): string | null;
  /** @returns whether it was kept */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(prefix: string): string[];
}

function attempt<T>(action: () => T, otherwise: T): T {
  try {
    return action();
  } catch {
    return otherwise;
  }
}

/** What this browser keeps across reloads; where it keeps nothing, reads find nothing and writes say so. */
export const browserStorage: KeyValue = {
  get: (key) => attempt(() => localStorage.getItem(key), null),
  set: (key, value) =>
    attempt(() => {
      localStorage.setItem(key, value);
      return true;
    }, false),
  remove: (key) => attempt(() => localStorage.removeItem(key), undefined),
  keys: (prefix) => attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix)), []),
};

/** Storage that lasts as long as the object does: for tests. */
export function memoryStorage(): KeyValue {
  const entries = new Map<string, string>();
  return {
    get: (key) => entries.get(key) ?? null,
    set: (key, value) => entries.set(key, value).size > 0,
    remove: (key) => void entries.delete(key),
    keys: (prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)),
  };
}
