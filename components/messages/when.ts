import { useEffect, useSyncExternalStore } from 'react';
import { TIME_ZONE_COOKIE } from './time-zone';

const never = () => () => undefined;
const browserZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * The reader's time zone. While the page is taken over from the server it is the one that the server used, so both render alike.
 *
 * @param serverZone what the server rendered with
 */
export function useTimeZone(serverZone: string): string {
  const timeZone = useSyncExternalStore(never, browserZone, () => serverZone);
  useEffect(() => {
    if (timeZone === serverZone) return;
    document.cookie = `${TIME_ZONE_COOKIE}=${encodeURIComponent(timeZone)}; path=/; max-age=31536000; samesite=lax`;
  }, [timeZone, serverZone]);
  return timeZone;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  locale: string,
  timeZone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): Intl.DateTimeFormat {
  const key = `${locale} ${timeZone} ${name}`;
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(locale, { ...options, timeZone });
  formats.set(key, made);
  return made;
}

/** A moment in the reader's language and zone. */
export interface Clock {
  locale: string;
  timeZone: string;
}

/** The hour and minute. */
export function timeOf({ locale, timeZone }: Clock, moment: Date): string {
  return format(locale, timeZone, 'time', { hour: 'numeric', minute: '2-digit' }).format(moment);
}

/** The full date with its time: what stands behind a short time. */
export function fullTime({ locale, timeZone }: Clock, moment: Date): string {
  return format(locale, timeZone, 'full', { dateStyle: 'full', timeStyle: 'short' }).format(moment);
}

/** The day as a key to compare by. */
export function dayKey({ timeZone }: Clock, moment: Date): string {
  return format('en-CA', timeZone, 'key', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(moment);
}

/** The day as a heading: without the year in the current one. */
export function dayName({ locale, timeZone }: Clock, moment: Date, now: Date): string {
  const sameYear = dayKey({ locale, timeZone }, moment).slice(0, 4) === dayKey({ locale, timeZone }, now).slice(0, 4);
  return sameYear
    ? format(locale, timeZone, 'day', { weekday: 'long', day: 'numeric', month: 'long' }).format(moment)
    : format(locale, timeZone, 'day-year', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(
        moment,
      );
}
