import { NextIntlClientProvider } from 'next-intl';
import type { ReactNode } from 'react';
import { RealtimeProvider } from '@/components/messages/realtime-provider';
import { Sidebar } from '@/components/rooms/sidebar';
import { CONTENT_ID, SkipLink } from '@/components/ui/skip-link';
import { currentActor } from '@/lib/auth/page-session';
import { dispatch } from '@/lib/chat/commands';
import { clientMessages } from '@/lib/i18n/client-messages';
import { read } from './found';

/**
 * The signed-in house: the list of rooms beside the page, and the tab's one connection around both.
 * Each page's own header begins with a `DrawerButton`, which opens the list on a phone.
 */
export default async function ChatLayout({ children }: { children: ReactNode }) {
  const actor = await currentActor();
  // The page knows its address, and sends to the sign-in page with it.
  if (!actor) return children;
  const { rooms } = await read(dispatch(actor, 'room:list', {}));
  const { id, username, email, role, locale } = actor;
  return (
    <NextIntlClientProvider messages={await clientMessages('common', 'rooms', 'search', 'errors', 'chat')}>
      <RealtimeProvider key={id} account={{ id, username, email, role, locale }} initialRooms={rooms}>
        <SkipLink />
        <div className="min-h-dvh md:grid md:grid-cols-[17rem_minmax(0,1fr)] 2xl:grid-cols-[20rem_minmax(0,1fr)]">
          <Sidebar username={username} administrator={role === 'administrator'} />
          <main id={CONTENT_ID} tabIndex={-1} className="min-w-0 focus-visible:outline-none">
            {children}
          </main>
        </div>
      </RealtimeProvider>
    </NextIntlClientProvider>
  );
}
