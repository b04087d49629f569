'use client';

import { useEffect, useEffectEvent, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { VirtualizerHandle } from 'virtua';
import type { RoomSession } from '@/lib/client/room-session';
import { firstSeq } from '@/lib/client/timeline';
import type { Row } from './rows';

/** Height of what stands above the first row, in pixels: always the same, so that nothing moves when it changes. */
export const TOP_HEIGHT = 64;

/** Closer to an end than this, the next page is fetched. */
const FETCH_WITHIN = 1_500;
/** Nearer to the end than this counts as being there. */
const AT_END_WITHIN = 32;
/** Farther from the end than this, a way back to it is offered. */
const AWAY_BEYOND = 240;
/** How much of what has been read is shown above the first unread message. */
const CONTEXT = 96;
/** A row is seen once this much of it is. */
const SEEN_BY = 12;

/**
 * When nothing has moved for this long, all rows near the viewport have their heights. While some do not, taking rows away at the
 * start would move what one reads: the list then takes every row that it measures for one above.
 */
const SETTLED_AFTER_MS = 400;

/** The heights of the rows as the browser laid them out before the list became virtual. */
export interface Measured {
  sizes: number[];
  median: number;
}

function measure(container: Element): Measured {
  const sizes = Array.from(container.children, (child) => child.getBoundingClientRect().height);
  return { sizes, median: sizes.toSorted((a, b) => a - b)[sizes.length >> 1] ?? 40 };
}

interface Input {
  session: RoomSession;
  rows: readonly Row[];
  generation: number;
  joined: boolean;
  /** in the middle of something that another list would take away */
  busy: boolean;
  /** the message to open at */
  openAt: number | null;
  /** where the unread ones begin */
  firstUnread: number | null;
}

interface Output {
  scroller: RefObject<HTMLDivElement | null>;
  plain: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
  /** null until the rows that the server rendered have been measured */
  measured: Measured | null;
  /** whether the list has taken over: until then it shows all rows, so that no frame is without them */
  settled: boolean;
  /** whether this render adds rows before the first one, or takes some away there */
  shift: boolean;
  /** whether one has scrolled away from the present */
  away: boolean;
  onScroll: () => void;
  onScrollEnd: () => void;
  onResize: () => void;
  toLatest: () => void;
  toMessage: (seq: number) => void;
}

/** Where the timeline stands: opens at the right place, stays there whatever is added, fetches what one scrolls towards. */
export function useTimelineScroll({ session, rows, generation, joined, busy, openAt, firstUnread }: Input): Output {
  const scroller = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const atEnd = useRef(true);
  const jump = useRef<number | 'end'>('end');
  /** The first message that is wholly in view while nobody scrolls, and where: it stays there, whatever grows above it. */
  const anchor = useRef<{ seq: number; top: number } | null>(null);
  const letGoTimer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [measured, setMeasured] = useState<Measured | null>(null);
  const [settled, setSettled] = useState(false);
  const [away, setAway] = useState(false);

  const first = firstSeq(session.state.get().timeline);
  const [shown, setShown] = useState({ first, generation });
  const shift = shown.generation === generation && first !== shown.first;

  const toEnd = () => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  };

  const topOf = (index: number) =>
    TOP_HEIGHT + (list.current?.getItemOffset(index) ?? 0) - (scroller.current?.scrollTop ?? 0);

  /** The first message that is wholly in view; null at the end of the present. */
  const placeOf = (): { seq: number; top: number } | null => {
    const element = scroller.current;
    const handle = list.current;
    if (!element || !handle || atEnd.current) return null;
    const cut = handle.findItemIndex(element.scrollTop);
    const index = topOf(cut) < 0 ? cut + 1 : cut;
    const { messages } = session.state.get().timeline;
    // Below the last message stand those that wait.
    const message = messages[index] ?? messages.at(-1);
    return message ? { seq: message.seq, top: topOf(index) } : null;
  };

  const letGo = () => {
    letGoTimer.current = undefined;
    const last = session.state.get().timeline.messages.at(-1)?.seq;
    const seq = atEnd.current ? last : anchor.current?.seq;
    if (seq !== undefined) session.trimAround(seq);
  };

  const letGoSoon = () => {
    // At the end there is always something new, and the end is kept anyway.
    if (atEnd.current && letGoTimer.current !== undefined) return;
    clearTimeout(letGoTimer.current);
    letGoTimer.current = setTimeout(letGo, SETTLED_AFTER_MS);
  };

  const hold = () => {
    anchor.current = placeOf();
    letGoSoon();
  };

  const keepPlace = () => {
    const element = scroller.current;
    if (atEnd.current) toEnd();
    else if (element && anchor.current) {
      const { seq, top } = anchor.current;
      const moved = topOf(seq - firstSeq(session.state.get().timeline)) - top;
      if (Math.abs(moved) >= 1) element.scrollTop += moved;
    }
  };

  const look = () => {
    const element = scroller.current;
    if (!element || !measured) return;
    const { timeline } = session.state.get();
    const below = element.scrollHeight - element.scrollTop - element.clientHeight;
    atEnd.current = below < AT_END_WITHIN && timeline.live;
    setAway(below > AWAY_BEYOND || !timeline.live);
    if (element.scrollTop < FETCH_WITHIN) void session.loadBefore();
    if (below < FETCH_WITHIN) void session.loadAfter();
    if (document.visibilityState !== 'visible') return;
    const index = list.current?.findItemIndex(element.scrollTop + element.clientHeight - SEEN_BY) ?? -1;
    const last = timeline.messages.at(-1);
    const seen = atEnd.current ? last : (timeline.messages[index] ?? last);
    if (seen) session.markRead(seen.seq);
  };

  const rowIndex = (seq: number) => rows.findIndex((row) => row.kind === 'message' && row.message.seq === seq);

  // The server's rows become a virtual list before the browser has painted it: with their own heights, at the right place.
  useLayoutEffect(() => {
    if (plain.current) setMeasured(measure(plain.current));
  }, []);

  const place = useEffectEvent(() => {
    const element = scroller.current;
    if (!element || !measured) return;
    if (generation > 0) {
      const index = atEnd.current || jump.current === 'end' ? -1 : rowIndex(jump.current);
      atEnd.current = index < 0;
      if (index < 0) list.current?.scrollToIndex(rows.length - 1, { align: 'end' });
      else list.current?.scrollToIndex(index, { align: 'center' });
      return;
    }
    const linked = Number(/^#m-(\d+)$/.exec(location.hash)?.[1] ?? Number.NaN);
    const wanted = [linked, openAt, firstUnread].map((seq) => (seq ? rowIndex(seq) : -1));
    const [centred = -1, opened = -1, unread = -1] = wanted;
    const top = (index: number) => TOP_HEIGHT + measured.sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
    const middle = Math.max(centred, centred < 0 ? opened : centred);
    if (middle >= 0) element.scrollTop = top(middle) - element.clientHeight / 3;
    else if (unread >= 0) element.scrollTop = top(unread) - CONTEXT;
    else toEnd();
    look();
  });
  useLayoutEffect(() => {
    place();
  }, [measured, generation]);

  useLayoutEffect(() => {
    if (measured && atEnd.current) toEnd();
  }, [rows, measured]);

  // The list is told of rows before the first one in the one render that brings them, and not in the next.
  useLayoutEffect(() => {
    // eslint-disable-next-line react-hooks/set-state-in-effect -- what was committed is known only then
    setShown((known) => (known.first === first && known.generation === generation ? known : { first, generation }));
  }, [first, generation]);

  useEffect(() => {
    if (!measured) return;
    const timer = setTimeout(() => setSettled(true), 100);
    return () => clearTimeout(timer);
  }, [measured]);

  const readerNow = useEffectEvent(() => ({ place: placeOf()?.seq ?? null, busy }));
  useEffect(() => {
    session.watchReader(() => readerNow());
  }, [session]);

  const lookAgain = useEffectEvent(() => {
    look();
    letGoSoon();
  });
  useEffect(() => {
    lookAgain();
  }, [rows, joined, measured]);
  useEffect(() => {
    const onVisible = () => lookAgain();
    document.addEventListener('visibilitychange', onVisible);
    return () => document.removeEventListener('visibilitychange', onVisible);
  }, []);

  return {
    scroller,
    plain,
    list,
    measured,
    settled,
    shift,
    away,
    onScroll: () => {
      anchor.current = null;
      look();
    },
    onScrollEnd: hold,
    onResize: keepPlace,
    toLatest: () => {
      jump.current = 'end';
      atEnd.current = session.state.get().timeline.live;
      if (atEnd.current) toEnd();
      else void session.jumpToLatest();
    },
    toMessage: (seq) => {
      jump.current = seq;
      atEnd.current = false;
      const index = rowIndex(seq);
      if (index >= 0) list.current?.scrollToIndex(index, { align: 'center' });
      void session.jumpTo(seq);
    },
  };
}
