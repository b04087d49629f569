'use client';

import { CircleAlert } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useRefusedMessages } from './realtime-provider';

/** Where the messages that were refused for good are listed. */
export const UNSENT_ID = 'unsent';

/** Leads from anywhere to one's messages that were not sent. */
export function UnsentLink() {
  const t = useTranslations('chat');
  const count = useRefusedMessages().length;
  return (
    <div role="status">
      {count > 0 && (
        <Link
          href={`/user#${UNSENT_ID}`}
          prefetch={false}
          className="mx-3 mb-2 flex min-h-9 items-center gap-2 rounded-md px-2 text-sm font-medium text-danger hover:bg-line"
        >
          <CircleAlert size={16} aria-hidden="true" className="shrink-0" />
          {t('unsentCount', { count })}
        </Link>
      )}
    </div>
  );
}
