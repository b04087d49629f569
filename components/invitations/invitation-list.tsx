import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { LocalTime } from '@/components/ui/local-time';
import type { Invitation } from '@/lib/contracts/entities';

interface InvitationListProps {
  invitations: readonly Invitation[];
  /** the form that takes one back */
  revoking: (id: number) => { path: string; fields?: Record<string, string> };
}

/** The links that still let somebody in, each with the way to take it back. */
export function InvitationList({ invitations, revoking }: InvitationListProps) {
  const t = useTranslations('invitations');
  if (invitations.length === 0) return <p className="text-muted">{t('none')}</p>;
  return (
    <ul aria-label={t('list')} className="border-t border-line">
      {invitations.map(({ id, uses, maxUses, expiresAt, createdBy }) => {
        const { path, fields = {} } = revoking(id);
        return (
          <li key={id} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
            <div className="min-w-0 flex-1 basis-48">
              <p className="font-medium">{t('linkNumber', { id })}</p>
              <p className="text-sm break-words text-muted">
                {maxUses === null ? t('used', { count: uses }) : t('usedOf', { count: uses, max: maxUses })}
                {' · '}
                {t('until')} <LocalTime value={expiresAt} />
                {' · '}
                {t('by', { username: createdBy.username })}
              </p>
            </div>
            <form method="post" action={path}>
              {Object.entries(fields).map(([name, value]) => (
                <input key={name} type="hidden" name={name} value={value} />
              ))}
              <Button type="submit" variant="secondary" size="sm" aria-label={t('revokeNamed', { id })}>
                {t('revoke')}
              </Button>
            </form>
          </li>
        );
      })}
    </ul>
  );
}
