import { redirect } from 'next/navigation';
import { adminListPath } from '@/lib/contracts/paths';

export default function AdministrationPage() {
  redirect(adminListPath('users'));
}
