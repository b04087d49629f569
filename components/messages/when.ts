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

interface Format {
  format: Intl.DateTimeFormat;
  /** the minute that it was asked for last, and what it said */
  minute: number;
  text: string;
}

const MINUTE = 60_000;
const formats = new Map<string, Format>();

/** Formats cost more than most of a row, none of them tells seconds, and those who talk do so several times a minute. */
function say(
  moment: number,
  locale: string,
  timeZone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
): string {
  const key = `${locale} ${timeZone} ${name}`;
  let known = formats.get(key);
  if (!known) {
    known = { format: new Intl.DateTimeFormat(locale, { ...options, timeZone }), minute: Number.NaN, text: '' };
    formats.set(key, known);
  }
  const minute = Math.floor(moment / MINUTE);
  if (minute !== known.minute) {
    known.text = known.format.format(moment);
    known.minute = minute;
  }
  return known.text;
}

/** A moment in the reader's language and zone. */
export interface Clock {
  locale: string;
  timeZone: string;
}

/** The hour and minute. */
export function timeOf({ locale, timeZone }: Clock, moment: number): string {
  return say(moment, locale, timeZone, 'time', { hour: 'numeric', minute: '2-digit' });
}

/** The full date with its time: what stands behind a short time. */
export function fullTime({ locale, timeZone }: Clock, moment: number): string {
  return say(moment, locale, timeZone, 'full', { dateStyle: 'full', timeStyle: 'short' });
}

/** The day as a key to compare by. */
export function dayKey({ timeZone }: Clock, moment: number): string {
  return say(moment, 'en-CA', timeZone, 'key', { year: 'numeric', month: '2-digit', day: '2-digit' });
}

/** The day as a heading: without the year in the current one. */
export function dayName({ locale, timeZone }: Clock, moment: number, now: number): string {
  const sameYear = dayKey({ locale, timeZone }, moment).slice(0, 4) === dayKey({ locale, timeZone }, now).slice(0, 4);
  return sameYear
    ? say(moment, locale, timeZone, 'day', { weekday: 'long', day: 'numeric', month: 'long' })
    : say(moment, locale, timeZone, 'day-year', { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
}
