import { redirect } from 'next/navigation';
import { currentActor } from '@/lib/auth/page-session';
import type { Actor } from '@/lib/contracts/actor';

/**
 * Whoever is signed in; anybody else is sent to sign in, and comes back here afterwards.
 *
 * @param path this page's own address, with its query
 */
export async function requireActor(path: string): Promise<Actor> {
  return (await currentActor()) ?? redirect(`/login?callbackUrl=${encodeURIComponent(path)}`);
}
