import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { AdminPage, MoreLink } from '@/components/admin/admin-page';
import { AuditList } from '@/components/admin/audit-list';
import { listAudit } from '@/lib/auth/audit-log';
import { read } from '../../found';
import NotFoundHere from '../../not-found';
import { listQuery, pageOf } from '../list-query';
import { requireAdministrator } from '../require-administrator';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('admin'))('audit') };
}

export default async function AuditPage({ searchParams }: PageProps<'/admin/audit'>) {
  const actor = await requireAdministrator('/admin/audit');
  if (!actor) return <NotFoundHere />;
  const { cursor } = await listQuery(searchParams);
  const { entries, nextCursor } = await read(pageOf({ q: '', cursor }, (input) => listAudit(actor, input)));
  return (
    <AdminPage list="audit">
      <AuditList entries={entries} />
      <MoreLink list="audit" cursor={nextCursor} />
    </AdminPage>
  );
}
