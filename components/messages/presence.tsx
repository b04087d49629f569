import { Users } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useId } from 'react';
import { buttonClass } from '@/components/ui/button';
import type { Presence as PresenceState } from '@/lib/client/people';

/** How many are here, and who, on asking (the Popover API: Esc and a touch elsewhere close it). */
export function Presence({ presence, meId }: { presence: PresenceState; meId: number }) {
  const t = useTranslations('chat');
  const id = useId();
  if (presence.count === 0) return null;
  const more = presence.count - presence.online.length;
  return (
    <>
      <button
        type="button"
        popoverTarget={id}
        className={buttonClass({ variant: 'ghost', size: 'sm' }, 'shrink-0 tabular-nums')}
        aria-label={t('here', { count: presence.count })}
        title={t('here', { count: presence.count })}
      >
        <Users size={16} aria-hidden="true" />
        {presence.count}
      </button>
      <div
        id={id}
        popover="auto"
        className="inset-auto end-4 top-14 m-0 max-h-[70dvh] w-64 overflow-y-auto rounded-lg border border-line bg-raised p-4 text-ink shadow-float"
      >
        <h2 className="mb-2 text-sm font-semibold">{t('hereTitle')}</h2>
        <ul className="space-y-1 text-sm">
          {presence.online.map((user) => (
            <li key={user.id} className="flex items-center gap-2">
              <span aria-hidden="true" className="size-2 shrink-0 rounded-full bg-success" />
              <bdi className="truncate">{user.username}</bdi>
              {user.id === meId && <span className="text-muted">({t('you')})</span>}
            </li>
          ))}
          {more > 0 && <li className="ps-4 text-muted">{t('hereMore', { count: more })}</li>}
        </ul>
      </div>
    </>
  );
}
