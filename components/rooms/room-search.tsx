'use client';

import { Search } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useRouter, useSearchParams } from 'next/navigation';
import { useEffect, useRef, useState, type KeyboardEvent, type SubmitEvent } from 'react';
import { buttonClass } from '@/components/ui/button';
import { controlClass } from '@/components/ui/field';
import { roomPath } from '@/lib/contracts/paths';
import { fetchSearchPage, resultsPath } from './search-client';
import { SearchResults, type SearchPage } from './search-results';

/** Long enough that a fast typist asks once a word, short enough not to be noticed. */
const DEBOUNCE_MS = 120;

/** The search for a room: an ordinary form, and with a script its results as one types. Enter opens the first of them. */
export function RoomSearch({ initial }: { initial: SearchPage }) {
  const t = useTranslations('search');
  const router = useRouter();
  // Back from a room, Next shows this page as it was first rendered; the address knows what was typed since.
  const [query, setQuery] = useState(useSearchParams().get('q') ?? initial.q);
  const [page, setPage] = useState(initial);
  const [failed, setFailed] = useState(false);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (query === page.q) return;
    const controller = new AbortController();
    const search = async () => {
      try {
        const found = await fetchSearchPage(query, controller.signal);
        setPage(found);
        setFailed(false);
        window.history.replaceState(null, '', resultsPath(query));
      } catch {
        if (!controller.signal.aborted) setFailed(true);
      }
    };
    const timer = setTimeout(() => void search(), DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [query, page.q]);

  function onSubmit(event: SubmitEvent<HTMLFormElement>) {
    const first = page.rooms[0];
    if (query !== page.q || !query.trim() || !first) return;
    event.preventDefault();
    router.push(roomPath(first.name));
  }

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>) {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>('[data-result]') ?? [])];
    const at = links.findIndex((link) => link === document.activeElement);
    const next = at + (event.key === 'ArrowDown' ? 1 : -1);
    const target = next < 0 ? document.getElementById('room-query') : links[next];
    if (!target || event.altKey) return;
    event.preventDefault();
    target.focus();
  }

  const count = page.rooms.length;
  return (
    <div onKeyDown={onKeyDown}>
      <form method="get" action="/user/search/results" role="search" onSubmit={onSubmit} className="flex gap-2">
        <div className="relative min-w-0 flex-1">
          <Search size={18} aria-hidden="true" className="absolute start-4 top-3.5 text-muted" />
          <input
            id="room-query"
            type="search"
            name="q"
            maxLength={250}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            aria-label={t('label')}
            placeholder={t('placeholder')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            autoFocus
            className={controlClass(false, 'h-12 ps-11 text-lg')}
          />
        </div>
        <button type="submit" className={buttonClass({ variant: 'secondary' }, 'h-12')}>
          {t('submit')}
        </button>
      </form>
      <p role="status" className={failed ? 'mt-8 mb-3 text-sm text-danger' : 'mt-8 mb-3 text-sm text-muted'}>
        {failed && t('failed')}
        {!failed &&
          count > 0 &&
          (page.nextCursor ? t('countMore', { count }) : page.q.trim() ? t('count', { count }) : t('all'))}
        {!failed && count === 0 && page.q.trim() && t('count', { count })}
      </p>
      <div ref={list}>
        <SearchResults page={page} />
      </div>
    </div>
  );
}
