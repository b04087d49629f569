'use client';

import { useTranslations } from 'next-intl';
import { Notice } from './notice';
import { useLosable, useWaitingCount } from './realtime-provider';

/** So many messages that wait are no longer what one has in view: it is said whether they are kept. */
const MANY = 1_000;

/** Says that very much waits to be sent, and whether it would be lost with the page. */
export function OutboxNotice() {
  const t = useTranslations('chat');
  const count = useWaitingCount();
  const text = useLosable() ? 'waitingManyLosable' : 'waitingMany';
  return (
    <Notice spoken={t(text, { count: Math.floor(count / MANY) * MANY })}>{count > MANY && t(text, { count })}</Notice>
  );
}
