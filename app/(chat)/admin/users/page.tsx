import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { AdminPage, MoreLink } from '@/components/admin/admin-page';
import { ListSearch } from '@/components/admin/list-search';
import { MadeLink } from '@/components/invitations/made-link';
import { UserList } from '@/components/admin/user-list';
import { Alert } from '@/components/ui/alert';
import { listUsers } from '@/lib/auth/administration';
import type { FormState } from '@/lib/contracts/form-state';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { read } from '../../found';
import NotFoundHere from '../../not-found';
import { listQuery, pageOf } from '../list-query';
import { requireAdministrator } from '../require-administrator';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('users') };
}

/** What is wrong with the form that was refused, in this page's words. */
async function refusal(state: FormState | null): Promise<string | null> {
  if (!state || state.shownOnce) return null;
  if (state.code === 'conflict') return (await getTranslations('admin'))('lastAdministrator');
  return formProblems(await getTranslations('errors'), state, []).general;
}

export default async function UsersPage({ searchParams }: PageProps<'/admin/users'>) {
  const actor = await requireAdministrator('/admin/users');
  if (!actor) return <NotFoundHere />;
  const state = await readFormState();
  const asked = await listQuery(searchParams);
  const place = state ? { q: state.values.q ?? '', cursor: state.values.cursor ?? '' } : asked;
  const { users, nextCursor } = await read(pageOf(place, (input) => listUsers(actor, input)));
  const t = await getTranslations('admin');
  const problem = await refusal(state);
  const { url, expiresAt, username } = state?.shownOnce ?? {};
  return (
    <AdminPage list="users">
      {problem && (
        <div className="mb-6">
          <Alert>{problem}</Alert>
        </div>
      )}
      {url && expiresAt && username && (
        <MadeLink
          title={t('resetMade', { username })}
          lead={t('resetLead', { username })}
          url={url}
          expiresAt={expiresAt}
        />
      )}
      <ListSearch list="users" label={t('searchUsers')} q={place.q} />
      <UserList users={users} ownId={actor.id} place={place} />
      <MoreLink list="users" q={place.q} cursor={nextCursor} />
    </AdminPage>
  );
}
