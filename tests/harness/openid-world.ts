import { afterAll, beforeAll } from 'vitest';
import { OPENID_BEGIN_PATH } from '@/lib/contracts/paths';
import { createUser } from '../factories';
import { startOpenIdProvider, type OpenIdProvider, type Person } from './openid-provider';
import { startServer, type RunningServer } from './server';

/** A browser as far as this needs one: cookies, which ports share, and redirects one at a time. */
export class OpenIdBrowser {
  readonly cookies = new Map<string, string>();
  constructor(
    readonly url: string,
    readonly provider: OpenIdProvider,
  ) {}

  async send(address: string, form?: Record<string, string>, headers: Record<string, string> = {}) {
    const url = new URL(address, this.url);
    const answer = await fetch(url, {
      method: form ? 'POST' : 'GET',
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...this.cookies].map((pair) => pair.join('=')).join('; '),
        ...(form ? { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin } : {}),
        ...headers,
      },
      ...(form && { body: new URLSearchParams(form) }),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** To the provider and through it, until it sends back here: that address, not yet opened. */
  async visitProvider(from: Response, answer = 'yes'): Promise<string> {
    let location = from.headers.get('location') ?? '';
    for (let step = 0; step < 10; step++) {
      if (location.startsWith(this.url)) return location;
      let next = await this.send(location);
      if (next.status === 200) next = await this.send(location, { answer });
      location = new URL(next.headers.get('location') ?? '', location).href;
    }
    throw new Error(`The provider led to ${location}`);
  }

  /** All the way; where it leads in the end. */
  async signIn(person: Person, form: Record<string, string> = {}): Promise<string> {
    this.provider.person(person);
    const back = await this.visitProvider(await this.send(OPENID_BEGIN_PATH, form));
    return (await this.send(back)).headers.get('location') ?? '';
  }

  async me(): Promise<{ status: number; user?: { id: number; username: string; email: string; role: string } }> {
    const answer = await this.send('/api/v1/me', undefined, { accept: 'application/json' });
    return { status: answer.status, ...((await answer.json()) as object) };
  }
}

export interface OpenIdWorld {
  readonly provider: OpenIdProvider;
  readonly server: RunningServer;
  /** by default one that goes to the server */
  browser(url?: string): OpenIdBrowser;
}

/** Gives a test file a provider, and the built server that knows it; its administrator is there already. */
export function inOpenIdWorld(): OpenIdWorld {
  let provider: OpenIdProvider | undefined;
  let server: RunningServer | undefined;
  beforeAll(async () => {
    provider = await startOpenIdProvider();
    await createUser({ username: 'first', role: 'administrator' });
    server = await startServer({ env: provider.settings });
  });
  afterAll(async () => {
    await server?.stop();
    await provider?.stop();
  });
  const there = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('The world begins before the first test');
    return value;
  };
  return {
    get provider() {
      return there(provider);
    },
    get server() {
      return there(server);
    },
    browser: (url) => new OpenIdBrowser(url ?? there(server).url, there(provider)),
  };
}

let counter = 0;

/** Somebody whom the provider has not been asked for before. */
export function somebody(more: Partial<Person> = {}): Person {
  const sub = `person-${++counter}`;
  return { sub, email: `${sub}@id.example`, email_verified: true, preferred_username: sub, ...more };
}
