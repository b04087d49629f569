import type { Profile } from 'next-auth';
import type { OAuthConfig } from 'next-auth/providers/oauth';
import type { OpenIdSettings } from '../env';
import { OPENID_CALLBACK_PATH } from '../contracts/paths';
import type { Claims } from './openid-claims';

/** The provider's name in next-auth's addresses. */
export const OPENID = 'oidc';

/** Where the provider's metadata are (OpenID Connect Discovery 1.0, 4). */
export function wellKnownOf({ issuer }: OpenIdSettings): string {
  return `${issuer}/.well-known/openid-configuration`;
}

/** Nobody answered, or not in time: openid-client gives up after 3.5 seconds. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && typeof error.code === 'string') || error.message.includes('timed out');
}

/**
 * The configured provider as next-auth takes it. Asks and checks what OpenID Connect Core 1.0 has against forged and mixed-up
 * answers: PKCE, `state`, `nonce`, the ID token's signature, issuer and audience.
 *
 * @param origin the service's own: next-auth would take `NEXTAUTH_URL` or port 3000 for it
 * @param noteAnswer is told whether the provider has answered
 */
export function openIdProvider(
  settings: OpenIdSettings,
  origin: string,
  noteAnswer: (answered: boolean) => void,
): OAuthConfig<Claims> {
  const redirectUri = origin + OPENID_CALLBACK_PATH;
  let claims: Profile = {};
  return {
    id: OPENID,
    name: settings.name,
    type: 'oauth',
    wellKnown: wellKnownOf(settings),
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    idToken: true,
    checks: ['pkce', 'state', 'nonce'],
    authorization: { params: { scope: 'openid email profile', redirect_uri: redirectUri } },
    token: {
      async request({ client, params, checks }) {
        noteAnswer(true);
        // Discovery 1.0, 4.3: whoever answers at the issuer's address must be that issuer.
        const said = client.issuer.metadata.issuer;
        if (said.replace(/\/+$/, '') !== settings.issuer) throw new Error(`OIDC_ISSUER calls itself ${said}`);
        try {
          const tokens = await client.callback(redirectUri, params, checks);
          claims = tokens.claims();
          // Core 1.0, 5.4: by this flow a provider need not put the address into the ID token.
          if (claims.email === undefined && client.issuer.metadata.userinfo_endpoint !== undefined)
            claims = { ...(await client.userinfo(tokens)), ...claims };
          return { tokens };
        } catch (error) {
          if (isUnreachable(error)) noteAnswer(false);
          throw error;
        }
      },
    },
    userinfo: { request: () => claims },
    profile: ({ sub, name, email }) => ({ id: sub, name: name ?? null, email: email ?? null }),
  };
}
