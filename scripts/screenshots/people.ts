import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { Authenticator } from '../../tests/harness/authenticator';
import type { House } from './houses';

/** Whom a page is shown to: an ordinary account, or one that signs in otherwise. */
export type Who = 'member' | 'careful' | 'guest' | 'connected';

/** Of the accounts that are made for the pictures. */
export const PASSWORD = 'correct horse battery';

const listSchema = z.object({ rooms: z.array(z.object({ name: z.string() })) });
const setupSchema = z.object({ secret: z.string() });

let counter = 0;

/** Asks for JSON as a program would, with the cookies of a browser. */
export async function json(context: BrowserContext, base: string, path: string, data?: object): Promise<unknown> {
  const headers = { accept: 'application/json', origin: base };
  const answer = data
    ? await context.request.post(base + path, { data, headers })
    : await context.request.get(base + path, { headers });
  if (!answer.ok()) throw new Error(`${path}: ${answer.status()} ${await answer.text()}`);
  const text = await answer.text();
  return text === '' ? null : JSON.parse(text);
}

/** Makes an account and signs in as it; its e-mail address. */
async function register(context: BrowserContext, base: string, name: string): Promise<string> {
  const username = `${name}-${Date.now().toString(36)}${++counter}`;
  const email = `${username}@example.org`;
  await json(context, base, '/register', { email, username, password: PASSWORD });
  return email;
}

async function throughProvider({ url, provider }: House, page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Example ID' }).click();
  const admission = page.getByRole('button', { name: 'Let me in' });
  await Promise.race([admission.waitFor(), page.waitForURL(`${url}/user**`)]);
  if (provider && page.url().startsWith(provider.issuer)) await admission.click();
  await page.waitForURL(`${url}/user**`);
}

const ARRIVALS: Record<Who, (context: BrowserContext, house: House) => Promise<string>> = {
  async member(context, { url, email, password }) {
    if (!email || !password) return register(context, url, 'look');
    await json(context, url, '/login', { email, password });
    return email;
  },
  async careful(context, { url }) {
    const email = await register(context, url, 'careful');
    const setup = setupSchema.parse(await json(context, url, '/api/v1/me/second-factor', { password: PASSWORD }));
    await json(context, url, '/api/v1/me/second-factor/confirm', { code: new Authenticator(setup.secret).code() });
    return email;
  },
  async guest(context, house) {
    house.provider?.person({ sub: 'guest', email: 'guest@id.example', email_verified: true, name: 'Guest' });
    const page = await context.newPage();
    await page.goto(`${house.url}/login`);
    await throughProvider(house, page);
    return 'guest@id.example';
  },
  async connected(context, house) {
    const email = await register(context, house.url, 'connected');
    house.provider?.person({ sub: 'connected', email, email_verified: true });
    const page = await context.newPage();
    await page.goto(`${house.url}/user/account`);
    await page.locator('#field-connect-password').fill(PASSWORD);
    await throughProvider(house, page);
    return email;
  },
};

export interface Visit {
  email: string;
  context: BrowserContext;
}

/** Signs somebody in, in a browser of their own. */
export async function arrive(browser: Browser, house: House, who: Who): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en' });
  return { email: await ARRIVALS[who](context, house), context };
}

/** A room to look at: one of the member's, or a new one. */
export async function findRoom({ context }: Visit, { url }: House): Promise<string> {
  const list = async () => listSchema.parse(await json(context, url, '/user')).rooms[0]?.name;
  const own = await list();
  if (own !== undefined) return own;
  await json(context, url, '/user/rooms', { name: `Look ${Date.now()}`, topic: 'How it looks' });
  return (await list()) ?? '';
}
