import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { LocalTime } from '@/components/ui/local-time';
import type { OwnSession } from '@/lib/contracts/accounts';
import { accountPath } from '@/lib/contracts/paths';
import { deviceOf } from './device';

/** Where one is signed in, and the ways to end it: each a button of one form, with or without a script. */
export function SessionList({ sessions }: { sessions: readonly OwnSession[] }) {
  const t = useTranslations('account');
  const nameOf = ({ userAgent }: OwnSession) => {
    const { program, system } = deviceOf(userAgent);
    if (program && system) return t('deviceOn', { program, system });
    return program ?? system ?? t('unknownDevice');
  };
  return (
    <form method="post" action={accountPath({ form: 'sessions' })}>
      <ul className="divide-y divide-line border-y border-line">
        {sessions.map((session) => (
          <li key={session.id} className="flex min-h-16 flex-wrap items-center gap-x-4 gap-y-2 py-3">
            <div className="min-w-0 flex-1 basis-48">
              <p className="font-medium break-words">
                {nameOf(session)}
                {session.current && <span className="ms-2 text-sm font-normal text-accent">{t('thisSession')}</span>}
              </p>
              <p className="text-sm text-muted">
                {t('lastSeen')} <LocalTime value={session.lastSeenAt} />
                {' · '}
                {t('signedInAt')} <LocalTime value={session.createdAt} />
              </p>
            </div>
            <Button type="submit" name="session" value={session.id} variant="secondary" size="sm">
              {t('endSession')}
              <span className="sr-only">: {nameOf(session)}</span>
            </Button>
          </li>
        ))}
      </ul>
      <div className="mt-6 flex flex-wrap gap-3">
        {sessions.length > 1 && (
          <Button type="submit" name="session" value="others" variant="secondary">
            {t('endOthers')}
          </Button>
        )}
        <Button type="submit" name="session" value="all" variant="secondary">
          {t('endAll')}
        </Button>
      </div>
    </form>
  );
}
