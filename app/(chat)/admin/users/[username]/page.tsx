import { redirect } from 'next/navigation';
import { adminListPath } from '@/lib/contracts/paths';

/** The address that an account's forms are posted to: whoever comes back to it finds that account in the list. */
export default async function ManagedUserPage({ params }: { params: Promise<{ username: string }> }) {
  redirect(adminListPath('users', { q: decodeURIComponent((await params).username) }));
}
