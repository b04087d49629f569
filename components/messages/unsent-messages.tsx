'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { CONTENT_ID } from '@/components/ui/skip-link';
import { roomPath } from '@/lib/contracts/paths';
import { useRealtime, useRefusedMessages, useRooms } from './realtime-provider';
import { UNSENT_ID } from './unsent-link';
import { RefusedNotice } from './refused-notice';

const TITLE_ID = 'unsent-title';

/** The button that had the focus is gone: reading goes on with the list, or with the page when nothing is left in it. */
function refocus(left: number) {
  document.getElementById(left > 0 ? TITLE_ID : CONTENT_ID)?.focus();
}

/**
 * One's messages that were refused for good, with what can be done: the page of a room that is gone, or closed to one, does not show
 * them. Nothing while there are none.
 */
export function UnsentMessages() {
  const t = useTranslations('chat');
  const { outbox } = useRealtime();
  const rooms = useRooms();
  const refused = useRefusedMessages();
  if (refused.length === 0) return null;
  return (
    <section id={UNSENT_ID} aria-labelledby={TITLE_ID} className="mb-10 scroll-mt-8">
      <h2 id={TITLE_ID} tabIndex={-1} className="text-xl font-semibold tracking-tight focus-visible:outline-none">
        {t('unsentTitle')}
      </h2>
      <p className="mt-1 mb-4 text-muted">{t('unsentLead')}</p>
      <ul className="border-t border-line">
        {refused.map(({ clientMessageId, roomId, room, body, failure }) => {
          const known = rooms.find(({ id }) => id === roomId);
          return (
            <li key={clientMessageId} className="border-b border-line py-3.5">
              <p className="text-sm text-muted">
                {known ? (
                  <Link href={roomPath(known.name)} prefetch={false} className="font-medium text-ink hover:text-accent">
                    {known.name}
                  </Link>
                ) : (
                  <span className="font-medium">{room}</span>
                )}
              </p>
              <p dir="auto" className="line-clamp-6 max-w-prose whitespace-pre-wrap">
                {body}
              </p>
              <RefusedNotice
                code={failure?.code ?? ''}
                onRetry={() => {
                  outbox.retry(clientMessageId, known?.name);
                  refocus(refused.length - 1);
                }}
                onDiscard={() => {
                  outbox.remove(clientMessageId);
                  refocus(refused.length - 1);
                }}
              />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
