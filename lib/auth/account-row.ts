import { localeSchema } from '../contracts/accounts';
import type { Account } from '../contracts/entities';

/** The columns of `users u` that make an account. */
export const ACCOUNT_COLUMNS = 'u.id, u.username, u.email, u.role::text AS role, u.locale';

/** What {@link ACCOUNT_COLUMNS} gives. */
export interface AccountRow {
  id: number;
  username: string;
  email: string;
  role: 'user' | 'administrator';
  locale: string | null;
}

/** A row as its owner sees it. */
export function presentAccount(row: AccountRow): Account {
  const locale = localeSchema.safeParse(row.locale);
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    role: row.role,
    locale: locale.success ? locale.data : null,
  };
}
