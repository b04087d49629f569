import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { Avatar } from '@/components/ui/avatar';
import { LocalTime } from '@/components/ui/local-time';
import type { ManagedUser } from '@/lib/contracts/administration';
import { UserActions, type Place } from './user-actions';

interface UserListProps {
  users: ManagedUser[];
  /** the reader's own id */
  ownId: number;
  place: Place;
}

function Sign({ children, alarming = false }: { children: ReactNode; alarming?: boolean }) {
  return (
    <span
      className={`rounded-sm px-1.5 py-0.5 text-xs font-medium ${alarming ? 'bg-danger-soft text-danger' : 'bg-accent-soft text-accent'}`}
    >
      {children}
    </span>
  );
}

/** Everybody who has an account, with what may be done about it. */
export function UserList({ users, ownId, place }: UserListProps) {
  const t = useTranslations('admin');
  if (users.length === 0) return <p className="text-muted">{t('noUsers')}</p>;
  return (
    <ul className="border-t border-line">
      {users.map((user) => (
        <li key={user.id} className="flex flex-wrap items-center gap-x-4 gap-y-3 border-b border-line py-4">
          <Avatar name={user.username} />
          <div className="min-w-0 flex-1 basis-48">
            <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <span className="min-w-0 font-medium break-words">{user.username}</span>
              {user.id === ownId && <span className="text-sm text-muted">({t('you')})</span>}
              {user.role === 'administrator' && <Sign>{t('administrator')}</Sign>}
              {user.suspendedAt !== null && <Sign alarming>{t('suspended')}</Sign>}
            </p>
            <p className="text-sm text-muted">
              <span className="break-all">{user.email}</span>
              {'\u00a0· '}
              <span className="whitespace-nowrap">
                {t('since')} <LocalTime value={user.createdAt} />
              </span>
            </p>
          </div>
          <UserActions user={user} place={place} />
        </li>
      ))}
    </ul>
  );
}
