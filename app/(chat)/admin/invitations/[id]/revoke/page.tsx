import { redirect } from 'next/navigation';
import { adminListPath } from '@/lib/contracts/paths';

/** The address that the form which takes a link back is posted to: whoever comes back to it finds the list. */
export default function RevocationPage() {
  redirect(adminListPath('invitations'));
}
