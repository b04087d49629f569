import { z } from 'zod';
import { env } from '../env';
import { log } from '../log';
import { wellKnownOf } from './openid-provider';

/** Milliseconds after which the provider is asked again, be it that it did not answer or that it moved. */
const AGAIN_AFTER = 60_000;
/** Milliseconds that it has to answer: openid-client's own. */
const PATIENCE = 3_500;

const metadataSchema = z.object({ authorization_endpoint: z.url({ protocol: /^https?$/ }) });

const shared = globalThis as typeof globalThis & { besedaOpenId?: { origin: string; askedAt: number } };

async function discover(wellKnown: string): Promise<string> {
  const answer = await fetch(wellKnown, { signal: AbortSignal.timeout(PATIENCE) });
  return new URL(metadataSchema.parse(await answer.json()).authorization_endpoint).origin;
}

/**
 * Where browsers are sent to sign in, for the content security policy: a form that leads there by way of a redirect needs its leave.
 * The provider's metadata say it; they are fetched behind whoever asks, and until they are there it is taken for the issuer's own.
 *
 * @returns an origin, or null where no provider is configured
 */
export function authorizationOrigin(): string | null {
  const { openId } = env();
  if (!openId) return null;
  const known = (shared.besedaOpenId ??= { origin: new URL(openId.issuer).origin, askedAt: 0 });
  if (performance.now() - known.askedAt > AGAIN_AFTER || known.askedAt === 0) {
    known.askedAt = performance.now();
    discover(wellKnownOf(openId)).then(
      (origin) => (known.origin = origin),
      (error: unknown) => log.warn({ reason: String(error) }, 'The OpenID Connect provider did not answer'),
    );
  }
  return known.origin;
}
