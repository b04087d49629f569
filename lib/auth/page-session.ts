import { headers } from 'next/headers';
import { cache } from 'react';
import type { Actor } from '../contracts/actor';
import { credentialOf } from './credentials';
import { resolveToken } from './sessions';

/**
 * Who asks for the page that is being rendered; looked up once per request, however many components ask.
 *
 * @returns null when nobody is signed in
 * @throws AppError `unavailable` when the database cannot be asked
 */
export const currentActor = cache(async (): Promise<Actor | null> => {
  const requestHeaders = await headers();
  const credential = credentialOf({
    authorization: requestHeaders.get('authorization'),
    cookie: requestHeaders.get('cookie'),
  });
  return credential && resolveToken(credential.token);
});
