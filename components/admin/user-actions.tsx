import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import type { ManagedUser } from '@/lib/contracts/administration';
import { managedUserPath } from '@/lib/contracts/paths';

/** The part of the list that one is looking at, and comes back to. */
export interface Place {
  q: string;
  cursor: string;
}

interface ActionProps {
  path: string;
  /** what the button says of the account */
  field?: readonly [name: 'role' | 'suspended', value: string];
  label: string;
  /** the same, with whose account it is */
  named: string;
  place: Place;
}

/** One button that posts itself. */
function Action({ path, field, label, named, place }: ActionProps) {
  return (
    <form method="post" action={path}>
      {place.q && <input type="hidden" name="q" value={place.q} />}
      {place.cursor && <input type="hidden" name="cursor" value={place.cursor} />}
      <Button type="submit" variant="secondary" size="sm" name={field?.[0]} value={field?.[1]} aria-label={named}>
        {label}
      </Button>
    </form>
  );
}

/** What an administrator may do with an account. */
export function UserActions({ user, place }: { user: ManagedUser; place: Place }) {
  const t = useTranslations('admin');
  const { username } = user;
  const path = managedUserPath(username);
  const standing = user.suspendedAt === null ? 'suspend' : 'reinstate';
  const rank = user.role === 'administrator' ? 'demote' : 'promote';
  return (
    <div className="flex flex-wrap gap-2 sm:ms-auto">
      <Action
        path={path}
        field={['suspended', String(standing === 'suspend')]}
        label={t(standing)}
        named={t(`${standing}Named`, { username })}
        place={place}
      />
      <Action
        path={path}
        field={['role', rank === 'promote' ? 'administrator' : 'user']}
        label={t(rank)}
        named={t(`${rank}Named`, { username })}
        place={place}
      />
      <Action path={`${path}/reset`} label={t('reset')} named={t('resetNamed', { username })} place={place} />
      {user.secondFactor && (
        <Action
          path={`${path}/second-factor`}
          label={t('secondFactorOff')}
          named={t('secondFactorOffNamed', { username })}
          place={place}
        />
      )}
    </div>
  );
}
