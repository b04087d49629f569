import { useTranslations } from 'next-intl';
import { LocalTime } from '@/components/ui/local-time';
import type { AuditEntry } from '@/lib/contracts/administration';

/** What words may be made of besides who, whom and where. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The audit log in words: when, who, what, whom. */
export function AuditList({ entries }: { entries: AuditEntry[] }) {
  const t = useTranslations('admin');
  const common = useTranslations('common');
  if (entries.length === 0) return <p className="text-muted">{t('noEntries')}</p>;
  return (
    <ol className="border-t border-line">
      {entries.map(({ id, at, actor, action, room, user, details }) => (
        <li key={id} className="border-b border-line py-3">
          <p className="break-words">
            {t(`actions.${action}`, {
              room: room?.name ?? '',
              user: user?.username ?? common('deletedAccount'),
              scope: room ? 'room' : 'service',
              role: text(details.role),
              name: text(details.name),
              visibility: text(details.visibility),
            })}
          </p>
          <p className="text-sm break-words text-muted">
            {actor.username} · <LocalTime value={at} />
          </p>
        </li>
      ))}
    </ol>
  );
}
