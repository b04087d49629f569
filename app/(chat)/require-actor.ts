import { redirect } from 'next/navigation';
import { currentActor } from '@/lib/auth/page-session';
import type { Actor } from '@/lib/contracts/actor';
import { loginPath } from '@/lib/contracts/paths';

/**
 * Whoever is signed in; anybody else is sent to sign in, and comes back here afterwards.
 *
 * @param path this page's own address, with its query
 */
export async function requireActor(path: string): Promise<Actor> {
  return (await currentActor()) ?? redirect(loginPath(path));
}
