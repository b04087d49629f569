'use client';

import { useTranslations } from 'next-intl';
import { Notice } from './notice';
import { useWaitingCount } from './realtime-provider';

/** So many messages that wait are no longer what one has in view: it is said that they are kept. */
const MANY = 1_000;

/** Says that very much waits to be sent, and that nothing of it is lost. */
export function OutboxNotice() {
  const t = useTranslations('chat');
  const count = useWaitingCount();
  return (
    <Notice spoken={t('waitingMany', { count: Math.floor(count / MANY) * MANY })}>
      {count > MANY && t('waitingMany', { count })}
    </Notice>
  );
}
