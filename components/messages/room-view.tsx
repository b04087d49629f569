'use client';

import { useLocale, useTranslations } from 'next-intl';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useEffect, useEffectEvent, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { buttonClass } from '@/components/ui/button';
import { RoomSession } from '@/lib/client/room-session';
import type { Message, MessagePage } from '@/lib/contracts/entities';
import { Composer, type ComposerHandle } from './composer';
import type { MessageActions } from './message-item';
import { useConnectionState, useRealtime } from './realtime-provider';
import { Notices } from './notices';
import { RoomHeader } from './room-header';
import { OutOfView } from './out-of-view';
import { Timeline, type TimelineHandle } from './timeline';
import { TypingLine } from './typing-line';
import { useReadUpTo } from './use-read-up-to';
import { useTimeZone } from './when';

const DeleteDialog = dynamic(() => import('./delete-dialog').then((module) => module.DeleteDialog), { ssr: false });

/** The last thing in a room's page. */
const ROOM_END_ID = 'room-end';

interface RoomViewProps {
  page: MessagePage;
  /** how far the reader had read; null when not a member yet: then nothing counts as unread */
  lastReadSeq: number | null;
  /** the message that the address asks for */
  openAt: number | null;
  /** the zone in which the server rendered times */
  timeZone: string;
  refused: { body: string; reason: string | null } | null;
  formId: string;
}

/** A room: what the server rendered, taken over and kept alive. */
export function RoomView({ page, lastReadSeq, openAt, timeZone: serverZone, refused, formId }: RoomViewProps) {
  const t = useTranslations('chat');
  const common = useTranslations('common');
  const { account, socket, names, outbox, markUnread } = useRealtime();
  const [session] = useState(() => {
    const onRead = (unread: number) => markUnread(page.room.id, unread);
    const read = lastReadSeq ?? page.room.lastSeq;
    return new RoomSession({ me: account, socket, names, outbox, page, lastReadSeq: read, onRead });
  });
  const state = useSyncExternalStore(session.state.subscribe, session.state.get, session.state.get);
  const locale = useLocale();
  const timeZone = useTimeZone(serverZone);
  const clock = useMemo(() => ({ locale, timeZone }), [locale, timeZone]);
  const waiting = useConnectionState() !== 'connected';
  const [editing, setEditing] = useState<number | null>(null);
  const [deleting, setDeleting] = useState<Message | null>(null);
  const [readUpTo, forgetUnread] = useReadUpTo(session, lastReadSeq, state.readBeforeAbsence);
  const timeline = useRef<TimelineHandle>(null);
  const composer = useRef<ComposerHandle>(null);
  /** An edit waits for its answer; until then its text is nowhere else. */
  const saving = useRef(false);

  useEffect(() => {
    session.open();
    return () => session.close();
  }, [session]);

  const onEscape = useEffectEvent((event: KeyboardEvent) => {
    const elsewhere = event.target instanceof Element && event.target.closest('[role="dialog"], [popover], input');
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || elsewhere) return;
    session.markRead(session.state.get().timeline.lastSeq);
    forgetUnread();
    composer.current?.focus();
  });
  const onHash = useEffectEvent(() => {
    const seq = Number(/^#m-(\d+)$/.exec(location.hash)?.[1]);
    if (seq) timeline.current?.toMessage(seq);
  });
  useEffect(() => {
    const keydown = (event: KeyboardEvent) => onEscape(event);
    const hashchange = () => onHash();
    document.addEventListener('keydown', keydown);
    window.addEventListener('hashchange', hashchange);
    return () => {
      document.removeEventListener('keydown', keydown);
      window.removeEventListener('hashchange', hashchange);
    };
  }, []);

  const actions = useMemo<MessageActions>(() => {
    // The button that had the focus goes with the row. In a room that is over there is nothing to write in.
    const refocus = () => (composer.current ?? timeline.current)?.focus();
    return {
      edit: (seq) => {
        if (saving.current) return;
        setEditing(seq);
        if (seq === null) composer.current?.focus();
      },
      save: async (seq, body) => {
        saving.current = true;
        try {
          await session.edit(seq, body);
        } finally {
          saving.current = false;
        }
      },
      askDelete: setDeleting,
      retry: (id) => {
        session.retry(id);
        refocus();
      },
      discard: (id) => {
        session.discard(id);
        refocus();
      },
    };
  }, [session]);

  const editLast = () => {
    // The last one is still on its way: an older one is not what is meant.
    if (state.timeline.pending.some((entry) => entry.state !== 'failed')) return;
    const last = state.timeline.messages.findLast((message) => message.author?.id === account.id && !message.deletedAt);
    if (!last) return;
    actions.edit(last.seq);
    timeline.current?.toMessage(last.seq);
  };

  const { announced } = state;
  return (
    <div className="flex h-dvh flex-col">
      {/* Painted only once it is all there: while rows still came in below, those above would move. */}
      <link rel="expect" href={`#${ROOM_END_ID}`} blocking="render" />
      <RoomHeader room={state.room} presence={state.presence} meId={account.id} />
      <div className="relative flex min-h-0 flex-1 flex-col">
        <Notices catchingUp={state.catchingUp} />
        <Timeline
          ref={timeline}
          session={session}
          state={state}
          me={account}
          clock={clock}
          openAt={openAt}
          readUpTo={readUpTo}
          editing={editing}
          waiting={waiting}
          actions={actions}
        />
      </div>
      {!state.timeline.live && <OutOfView entries={state.timeline.pending} waiting={waiting} actions={actions} />}
      <div aria-live="polite" className="sr-only">
        {announced &&
          t('announcement', { author: announced.author?.username ?? common('deletedAccount'), body: announced.body })}
      </div>
      <footer id={ROOM_END_ID} className="shrink-0 px-4 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-6">
        {state.gone ? (
          <div role="status" className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-4">
            <p>{t(state.gone === 'deleted' ? 'goneDeleted' : 'goneRemoved')}</p>
            <Link href="/user" className={buttonClass({ variant: 'secondary', size: 'sm' })}>
              {t('toRooms')}
            </Link>
          </div>
        ) : (
          <>
            <TypingLine typists={state.typists} />
            <Composer
              ref={composer}
              room={state.room}
              meId={account.id}
              refused={refused}
              formId={formId}
              onSend={(body, id) => {
                session.send(body, id);
                timeline.current?.toLatest();
              }}
              onTyping={(active) => session.typing(active)}
              onEditLast={editLast}
            />
          </>
        )}
      </footer>
      {deleting && (
        <DeleteDialog
          body={deleting.body}
          onDelete={() => session.delete(deleting.seq)}
          onClose={() => {
            setDeleting(null);
            composer.current?.focus();
          }}
        />
      )}
    </div>
  );
}
