'use client';

import { Menu } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRefusedMessages } from '@/components/messages/realtime-provider';
import { buttonClass } from '@/components/ui/button';

/** The id of the list of rooms: a drawer on a phone, a column on anything wider. */
export const DRAWER_ID = 'rooms-drawer';

/**
 * Opens the drawer on a phone, without a script (the Popover API). The first thing in every signed-in page's header. It tells of
 * messages that were not sent: the link to them is in the drawer.
 */
export function DrawerButton() {
  const t = useTranslations('rooms');
  const chat = useTranslations('chat');
  const unsent = useRefusedMessages().length;
  return (
    <div className="relative -ms-2 md:hidden">
      <button
        type="button"
        popoverTarget={DRAWER_ID}
        className={buttonClass({ variant: 'ghost', size: 'icon' })}
        aria-label={t('open')}
      >
        <Menu size={20} aria-hidden="true" />
      </button>
      <div role="status" className="pointer-events-none absolute end-1.5 top-1.5">
        {unsent > 0 && (
          <span className="block size-2 rounded-full bg-danger">
            <span className="sr-only">{chat('unsentCount', { count: unsent })}</span>
          </span>
        )}
      </div>
    </div>
  );
}
