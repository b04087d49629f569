/** A variable that is wrong; the message is one line that names it and says what is right. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** The environment's variables. */
export type Source = Readonly<Record<string, string | undefined>>;

/** A variable's value; an empty one counts as unset: compose files and shells pass such. */
export function read(source: Source, name: string): string | undefined {
  const value = source[name]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/**
 * A variable that holds a URL, whose value is never repeated in the message: it may hold a password.
 *
 * @param protocols which are taken, each with its colon
 * @param example what the message shows
 * @throws SettingError
 */
export function url(source: Source, name: string, protocols: readonly string[], example: string): URL | undefined {
  const value = read(source, name);
  if (value === undefined) return undefined;
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    throw new SettingError(`${name} must be a URL such as ${example}.`);
  }
  return new URL(value);
}
