import { ChevronDown } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { Avatar } from '@/components/ui/avatar';
import type { Member } from '@/lib/contracts/entities';
import { Posting } from './posting';

interface MemberListProps {
  members: readonly Member[];
  meId: number;
  /** whether the reader may remove others, and hand the room over */
  manages: boolean;
  /** the page's own path */
  path: string;
}

/** Who is in a room. What may be done to a member unfolds beside their name: two touches, with or without a script. */
export function MemberList({ members, meId, manages, path }: MemberListProps) {
  const t = useTranslations('details');
  return (
    <ul className="border-t border-line">
      {members.map(({ user, role }) => {
        const who = (
          <>
            <Avatar name={user.username} size="sm" />
            <span className="min-w-0 truncate font-medium">
              <bdi>{user.username}</bdi>
            </span>
            {user.id === meId && <span className="shrink-0 text-sm text-muted">({t('you')})</span>}
            <span className="flex-1" />
            {role === 'owner' && <span className="shrink-0 text-sm text-muted">{t('owner')}</span>}
          </>
        );
        return (
          <li key={user.id} className="border-b border-line">
            {manages && role !== 'owner' ? (
              <details className="group">
                <summary className="flex min-h-12 cursor-pointer list-none items-center gap-3 rounded-sm hover:text-accent [&::-webkit-details-marker]:hidden">
                  {who}
                  <ChevronDown size={16} aria-hidden="true" className="shrink-0 text-muted group-open:rotate-180" />
                </summary>
                <div className="flex flex-wrap gap-2 pt-1 pb-4 ps-10">
                  <Posting
                    path={path}
                    action="hand-over"
                    fields={{ owner: user.username }}
                    variant="secondary"
                    size="sm"
                  >
                    {t('handOver')} <span className="sr-only">{user.username}</span>
                  </Posting>
                  {user.id !== meId && (
                    <Posting
                      path={path}
                      action="remove"
                      fields={{ username: user.username }}
                      variant="danger"
                      size="sm"
                    >
                      {t('remove')} <span className="sr-only">{user.username}</span>
                    </Posting>
                  )}
                </div>
              </details>
            ) : (
              <div className="flex min-h-12 items-center gap-3">{who}</div>
            )}
          </li>
        );
      })}
    </ul>
  );
}
