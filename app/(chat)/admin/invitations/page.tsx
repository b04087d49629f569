import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { AdminPage } from '@/components/admin/admin-page';
import { InvitationForm } from '@/components/invitations/invitation-form';
import { InvitationList } from '@/components/invitations/invitation-list';
import { MadeLink } from '@/components/invitations/made-link';
import { Alert } from '@/components/ui/alert';
import { listServiceInvitations } from '@/lib/auth/service-invitations';
import { adminListPath, revocationPath } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { read } from '../../found';
import NotFoundHere from '../../not-found';
import { requireAdministrator } from '../require-administrator';

const PATH = adminListPath('invitations');

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('invitations') };
}

export default async function InvitationsPage() {
  const actor = await requireAdministrator(PATH);
  if (!actor) return <NotFoundHere />;
  const { invitations } = await read(listServiceInvitations(actor));
  const t = await getTranslations('invitations');
  const state = await readFormState();
  const { url, expiresAt } = state?.shownOnce ?? {};
  const problem = url ? null : formProblems(await getTranslations('errors'), state, []).general;
  return (
    <AdminPage list="invitations">
      {problem && (
        <div className="mb-6">
          <Alert>{problem}</Alert>
        </div>
      )}
      {url && expiresAt && <MadeLink title={t('madeTitle')} lead={t('madeLead')} url={url} expiresAt={expiresAt} />}
      <p className="mb-5 max-w-prose text-muted">{t('serviceLead')}</p>
      <InvitationForm path={PATH} />
      <h2 className="mt-10 mb-4 text-xl font-semibold tracking-tight">{t('list')}</h2>
      <InvitationList invitations={invitations} revoking={(id) => ({ path: revocationPath(id) })} />
    </AdminPage>
  );
}
