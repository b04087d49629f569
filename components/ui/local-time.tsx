'use client';

import { useLocale } from 'next-intl';
import { useSyncExternalStore } from 'react';

/** What is asked for never changes while the page is there. */
const never = () => () => undefined;

/**
 * A moment in the reader's own time: the time if it was today, else the day, and the full date on hover.
 * The server does not know the reader's time zone, so what it renders is UTC until the browser takes over.
 *
 * @param props.value ISO 8601
 */
export function LocalTime({ value, className }: { value: string; className?: string }) {
  const locale = useLocale();
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const zone = inBrowser ? {} : { timeZone: 'UTC' };
  const date = new Date(value);
  const day = (moment: Date) => moment.toLocaleDateString('en', zone);
  const now = new Date();
  const short: Intl.DateTimeFormatOptions =
    day(date) === day(now)
      ? { hour: 'numeric', minute: '2-digit' }
      : { day: 'numeric', month: 'short', ...(date.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }) };
  return (
    <time
      dateTime={value}
      className={className}
      title={date.toLocaleString(locale, { ...zone, dateStyle: 'full', timeStyle: 'short' })}
      suppressHydrationWarning
    >
      {date.toLocaleString(locale, { ...zone, ...short })}
    </time>
  );
}
