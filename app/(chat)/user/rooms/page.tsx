import { redirect } from 'next/navigation';

/** The address that a refused form leaves in the address bar: reloading it leads back to the form. */
export default function RoomsPage(): never {
  redirect('/user');
}
