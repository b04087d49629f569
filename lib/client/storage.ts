/** The part of `Storage` that is used here. A browser may refuse all of it (private mode, blocked cookies, full). */
export interface KeyValue {
  get(key: string): string | null;
  /** @returns whether it was kept */
  set(key: string, value: string): boolean;
  remove(key: string): void;
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
};
