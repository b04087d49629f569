'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import type { Room } from '@/lib/contracts/entities';
import { isRoomName, toRoomName } from '@/lib/contracts/text';
import { roomPath } from '@/lib/contracts/paths';
import { PrivateSign } from './private-sign';

export interface SearchPage {
  q: string;
  rooms: Room[];
  nextCursor: string | null;
}

/** What a search found; where it found nothing, the offer to make that room. The first result is what Enter opens. */
export function SearchResults({ page }: { page: SearchPage }) {
  const t = useTranslations('search');
  const query = page.q.trim();
  if (page.rooms.length === 0) return <NothingFound query={query} />;
  return (
    <>
      <ul className="border-t border-line">
        {page.rooms.map((room, index) => (
          <li key={room.id} className="border-b border-line">
            <Link
              href={roomPath(room.name)}
              prefetch={false}
              data-result
              className="flex min-h-14 items-center gap-4 rounded-sm py-3 hover:text-accent"
            >
              <span className="min-w-0 flex-1">
                <span className="flex items-center gap-2 font-medium">
                  <span className="truncate">{room.name}</span>
                  {room.visibility === 'private' && <PrivateSign />}
                </span>
                <span className="block truncate text-sm text-muted">
                  {[
                    room.topic,
                    room.owner && t('owner', { username: room.owner.username }),
                    t('messages', { count: room.lastSeq }),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
              </span>
              {index === 0 && query && (
                <span className="js-only hidden sm:block">
                  <Kbd>Enter</Kbd>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      {page.nextCursor && (
        <p className="mt-6">
          <a
            href={`/user/search/results?${new URLSearchParams({ q: page.q, cursor: page.nextCursor }).toString()}`}
            className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong"
          >
            {t('more')}
          </a>
        </p>
      )}
    </>
  );
}

function NothingFound({ query }: { query: string }) {
  const t = useTranslations('search');
  const name = toRoomName(query);
  if (!query) return <p className="text-muted">{t('emptyAll')}</p>;
  return (
    <div className="border-t border-line pt-6">
      <h2 className="text-lg font-semibold tracking-tight break-words">{t('emptyTitle', { query })}</h2>
      {isRoomName(name) && (
        <form method="post" action="/user/rooms">
          <p className="mt-1 mb-5 text-muted">{t('emptyLead')}</p>
          <input type="hidden" name="name" value={query} />
          <Button type="submit" className="max-w-full">
            <span className="truncate">{t('create', { name })}</span>
          </Button>
        </form>
      )}
    </div>
  );
}
