'use client';

import { roomPath } from '@/lib/contracts/paths';
import { flushSync } from 'react-dom';
import { useTranslations } from 'next-intl';
import { useImperativeHandle, useMemo, useState, type KeyboardEvent, type ReactElement, type Ref } from 'react';
import { Virtualizer } from 'virtua';
import { cx } from '@/components/ui/class-names';
import type { RoomState } from '@/lib/client/room-core';
import type { RoomSession } from '@/lib/client/room-session';
import { hasAfter, hasBefore } from '@/lib/client/timeline';
import type { Account } from '@/lib/contracts/entities';
import { JumpToLatest } from './jump-to-latest';
import { MessageItem, type MessageActions } from './message-item';
import { PageLink } from './page-link';
import { headingOf, momentOf, rowKey, rowsOf, type Row } from './rows';
import { TOP_HEIGHT, useTimelineScroll } from './use-timeline-scroll';
import type { Clock } from './when';

/** What a view around the timeline may ask of it. */
export interface TimelineHandle {
  toLatest: () => void;
  toMessage: (seq: number) => void;
  focus: () => void;
}

interface TimelineProps {
  session: RoomSession;
  state: RoomState;
  me: Account;
  clock: Clock;
  openAt: number | null;
  /** the last message that had been read when the unread ones came; null when there are none */
  readUpTo: number | null;
  editing: number | null;
  waiting: boolean;
  actions: MessageActions;
  ref: Ref<TimelineHandle>;
}

/** The messages of a room. Only those near the viewport are in the document, however many there are. */
export function Timeline({
  session,
  state,
  me,
  clock,
  openAt,
  readUpTo,
  editing,
  waiting,
  actions,
  ref,
}: TimelineProps) {
  const t = useTranslations('chat');
  const nobody = useTranslations('common')('deletedAccount');
  const { timeline, room } = state;
  const rows = useMemo(() => rowsOf(timeline, me), [timeline, me]);
  const firstUnread = readUpTo === null ? null : readUpTo + 1;
  const [active, setActive] = useState<number | null>(null);
  const {
    scroller,
    plain,
    list,
    measured,
    settled,
    shift,
    away,
    onScroll,
    onScrollEnd,
    onResize,
    toLatest,
    toMessage,
  } = useTimelineScroll({
    session,
    rows,
    generation: timeline.generation,
    joined: state.joined,
    busy: editing !== null,
    openAt,
    firstUnread,
  });
  useImperativeHandle(ref, () => ({
    toLatest,
    toMessage,
    focus: () => scroller.current?.focus({ preventScroll: true }),
  }));

  // Nothing of it works without a script, and what the server does not render is neither sent nor taken over.
  const working = measured !== null && state.gone === null;
  const mayDeleteAll = me.role === 'administrator' || room.owner?.id === me.id;
  const render = (row: Row, index: number): ReactElement => {
    const { author: headed, day } = headingOf(row, rows[index - 1], clock);
    const message = row.kind === 'message' ? row.message : null;
    const own = message?.author?.id === me.id;
    const unread = message !== null && message.seq === firstUnread;
    const startsPage = message !== null && state.pageStarts.has(message.seq);
    // Whether a day begins with the first row is known only with the one before it; and a divider that went would move the rest.
    const dated = day && (index > 0 || !hasBefore(timeline));
    return (
      <MessageItem
        key={rowKey(row, me.id)}
        message={message}
        pending={row.kind === 'pending' ? row.entry : null}
        author={row.kind === 'pending' ? row.author : row.message.author}
        nobody={nobody}
        at={momentOf(row)}
        headed={headed || unread || startsPage}
        dated={dated}
        unread={unread}
        active={message !== null && message.seq === active}
        editing={message !== null && message.seq === editing}
        waiting={waiting && row.kind === 'pending'}
        mayEdit={working && own}
        mayDelete={working && (own || mayDeleteAll)}
        locale={clock.locale}
        timeZone={clock.timeZone}
        actions={actions}
      />
    );
  };

  const indexOf = (seq: number | null) => (seq === null ? -1 : seq - (timeline.messages[0]?.seq ?? 0));
  const kept = settled
    ? [indexOf(active), indexOf(editing)].filter((index) => index >= 0 && index < rows.length)
    : rows.map((_, index) => index);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const { target } = event;
    if (!step || event.altKey || event.ctrlKey || event.metaKey || !(target instanceof HTMLElement)) return;
    if (target !== event.currentTarget && target.tagName !== 'ARTICLE') return;
    const from = target === event.currentTarget ? (step < 0 ? timeline.messages.length : -1) : indexOf(active);
    const next = timeline.messages[from + step];
    if (!next) return;
    event.preventDefault();
    // At once, not with the next frame: the next press of the key must start from here.
    flushSync(() => setActive(next.seq));
    list.current?.scrollToIndex(from + step, { align: 'nearest' });
    document.getElementById(`m-${next.seq}`)?.focus({ preventScroll: true });
  };

  const oldest = timeline.messages[0];
  const newest = timeline.messages.at(-1);
  const path = roomPath(room.name);
  const top = (
    <div style={{ height: TOP_HEIGHT }} className="flex shrink-0 items-center justify-center px-4 text-sm text-muted">
      {!hasBefore(timeline) ? (
        <p className="truncate">{rows.length === 0 ? t('empty') : t('beginning', { room: room.name })}</p>
      ) : measured ? (
        <p className={cx(state.loading !== 'before' && 'invisible')}>{t('loadingOlder')}</p>
      ) : (
        oldest && <PageLink href={`${path}?before=${oldest.seq}`}>{t('older')}</PageLink>
      )}
    </div>
  );

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        role="log"
        aria-live="off"
        aria-label={t('log', { room: room.name })}
        tabIndex={0}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => {
          const seq = Number(/^m-(\d+)$/.exec(target.closest('article')?.id ?? '')?.[1] ?? Number.NaN);
          if (seq) setActive(seq);
        }}
        className={cx(
          'flex h-full overflow-x-hidden overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2',
          measured ? 'flex-col' : 'flex-col-reverse',
        )}
      >
        {measured ? (
          <>
            <div className="flex-1" />
            {top}
            <Virtualizer
              key={timeline.generation}
              ref={list}
              scrollRef={scroller}
              data={rows}
              shift={shift}
              startMargin={TOP_HEIGHT}
              itemSize={measured.median}
              cache={timeline.generation === 0 ? [measured.sizes, measured.median] : undefined}
              keepMounted={kept}
              bufferSize={600}
              onScroll={onScroll}
              onScrollEnd={onScrollEnd}
              onResize={onResize}
            >
              {render}
            </Virtualizer>
            <div className="h-3 shrink-0" />
          </>
        ) : (
          <div>
            {top}
            <div ref={plain}>{rows.map(render)}</div>
            {newest && hasAfter(timeline) && (
              <div className="flex justify-center gap-6 py-4 text-sm">
                <PageLink href={`${path}?after=${newest.seq}`}>{t('newer')}</PageLink>
                <PageLink href={path}>{t('latest')}</PageLink>
              </div>
            )}
            <div className="h-3" />
          </div>
        )}
      </div>
      {measured && away && (
        <JumpToLatest count={Math.max(timeline.lastSeq - timeline.lastReadSeq, 0)} onJump={toLatest} />
      )}
    </div>
  );
}
