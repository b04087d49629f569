/** What a check found: all is well, something to know, or something that does not work. */
export interface Finding {
  level: 'good' | 'warning' | 'bad';
  /** what was looked at, in a word or two */
  subject: string;
  /** what was found, one line */
  says: string;
  /** what to do about it */
  fix?: string;
}

export const good = (subject: string, says: string): Finding => ({ level: 'good', subject, says });
export const warning = (subject: string, says: string, fix: string): Finding => ({
  level: 'warning',
  subject,
  says,
  fix,
});
export const bad = (subject: string, says: string, fix: string): Finding => ({ level: 'bad', subject, says, fix });

/** Any error's message as one line. */
export function oneLine(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return (inner instanceof Error ? inner.message : String(inner)).replace(/\s+/g, ' ').trim();
}
