import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

/** Whom the provider knows: what it says of them. */
export interface Person {
  sub: string;
  email?: string | undefined;
  email_verified?: boolean | undefined;
  preferred_username?: string | undefined;
  name?: string | undefined;
}

export interface OpenIdProvider {
  issuer: string;
  /** a server's settings that lead to it */
  settings: Record<string, string>;
  /** has whoever signs in from now on be this person */
  person(next: Person): void;
  stop(): Promise<void>;
}

const CLIENT = { OIDC_CLIENT_ID: 'beseda', OIDC_CLIENT_SECRET: 'a secret that only tests know, and the provider' };

const PAGE = `<!doctype html><html lang="en"><title>Test provider</title><link rel="icon" href="data:,">
<h1>Test provider</h1><form method="post"><button name="answer" value="yes">Let me in</button>
<button name="answer" value="no">Refuse</button></form></html>`;

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

/** A real OpenID Connect provider on a free loopback port, where one click signs in whoever the test says. */
export async function startOpenIdProvider(): Promise<OpenIdProvider> {
  const people = new Map<string, Person>();
  let current: Person = { sub: 'nobody' };
  const server = createServer();
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;

  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.OIDC_CLIENT_ID,
        client_secret: CLIENT.OIDC_CLIENT_SECRET,
        redirect_uris: ['http://localhost/api/auth/callback/oidc'],
      },
    ],
    cookies: { keys: ['a key that only tests know'] },
    claims: { email: ['email', 'email_verified'], profile: ['preferred_username', 'name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    findAccount: (_context, sub) => {
      const person = people.get(sub);
      return person && { accountId: sub, claims: () => ({ ...person }) };
    },
  });
  // Servers of tests listen wherever there is room; all but the port has to be as registered.
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed: (uri: string) => /^http:\/\/localhost:\d+\/api\/auth\/callback\/oidc$/.test(uri),
  });

  async function decide(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { prompt } = await provider.interactionDetails(request, response);
    if (request.method === 'GET' && prompt.name === 'login') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      return;
    }
    if ((await bodyOf(request)).includes('answer=no')) {
      await provider.interactionFinished(request, response, { error: 'access_denied' });
      return;
    }
    people.set(current.sub, current);
    const grant = new provider.Grant({ accountId: current.sub, clientId: CLIENT.OIDC_CLIENT_ID });
    grant.addOIDCScope('openid email profile');
    const consent = { grantId: await grant.save() };
    await provider.interactionFinished(request, response, { login: { accountId: current.sub }, consent });
  }

  const callback = provider.callback();
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/'))
      decide(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    else void callback(request, response);
  });
  return {
    issuer,
    settings: { OIDC_ISSUER: issuer, OIDC_NAME: 'Example ID', ...CLIENT },
    person: (next) => (current = next),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
