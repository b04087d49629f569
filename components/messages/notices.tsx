'use client';

import { ConnectionNotice } from './connection-notice';
import { OutboxNotice } from './outbox-notice';

/** What one should know while reading and writing, above the messages: most of the time, nothing. */
export function Notices({ catchingUp }: { catchingUp: boolean }) {
  return (
    <div className="pointer-events-none absolute inset-x-0 top-2 z-10 flex flex-col items-center gap-2 px-4">
      <ConnectionNotice catchingUp={catchingUp} />
      <OutboxNotice />
    </div>
  );
}
