import type { Page } from 'playwright-core';
import type { Houses } from './houses';
import { PASSWORD, type Who } from './people';

/** What the paths are made of. */
export interface Facts {
  room: string;
  /** paths of links that somebody was given */
  invitation: string;
  reset: string;
  /** the address of an account whose sign-in has two steps */
  careful: string;
}

export interface Shot {
  name: string;
  path: string;
  /** who sees it; without it, nobody in particular */
  as?: Who;
  /** the service that it needs; by default one without settings */
  house?: keyof Houses;
  /** what is done on the page before it is taken */
  prepare?: (page: Page) => Promise<unknown>;
  sizes?: ('wide' | 'phone')[];
  /** whether the whole page is taken, not what the window shows of it */
  full?: boolean;
}

/** Sends a form off, as its button does. */
function submit(action: string) {
  return async (page: Page) => {
    await page
      .locator(`form[action="${action}"]`)
      .evaluate((form) => form instanceof HTMLFormElement && form.requestSubmit());
    await page.waitForLoadState('networkidle');
  };
}

async function refuseRegistration(page: Page): Promise<void> {
  await page.locator('[name=email]').fill('not an address');
  await page.locator('[name=username]').fill('a');
  await page.locator('[name=password]').fill('short');
  await submit('/register')(page);
}

/** Gives a form of two-step sign-in the password, and waits for what that shows. */
function givePassword(form: string, shown: string) {
  return async (page: Page) => {
    await page.locator(`form[action$="form=${form}"] [name=password]`).fill(PASSWORD);
    await submit(`/user/account/two-step?form=${form}`)(page);
    await page.locator(shown).first().waitFor();
  };
}

function takeFirstStep(email: string, step: 'code' | 'recovery' = 'code') {
  return async (page: Page) => {
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(PASSWORD);
    await submit('/login')(page);
    await page.locator('[name=code]').waitFor();
    if (step === 'code') return;
    await page.locator('a[href*="step=recovery"]').click();
    await page.locator('[name=step][value=recovery]').waitFor({ state: 'attached' });
  };
}

function pressed(keys: string) {
  return async (page: Page) => {
    await page.keyboard.press(keys);
    await page.getByRole('dialog').waitFor();
  };
}

async function askForLetter(page: Page): Promise<void> {
  await page.locator('[name=email]').fill('anna@example.org');
  await submit('/forgot')(page);
  await page.waitForURL('**/forgot?sent=1');
}

async function openIdRefused(page: Page): Promise<void> {
  await page.locator('[role=alert]').first().waitFor();
}

/** Before anybody has signed in, and where signing in goes wrong. */
function doorShots({ invitation, reset, careful }: Facts): Shot[] {
  return [
    { name: 'start', path: '/' },
    { name: 'register', path: '/register' },
    { name: 'register-refused', path: '/register', prepare: refuseRegistration },
    { name: 'register-provider', path: '/register', house: 'connected' },
    { name: 'login', path: '/login' },
    { name: 'login-refused', path: '/login', prepare: submit('/login') },
    { name: 'login-ended', path: '/login?notice=ended' },
    { name: 'login-provider', path: '/login', house: 'connected' },
    {
      name: 'login-provider-refused',
      path: '/login?refused=notLinked',
      house: 'connected',
      prepare: openIdRefused,
    },
    { name: 'login-code', path: '/login', prepare: takeFirstStep(careful) },
    { name: 'login-recovery', path: '/login', prepare: takeFirstStep(careful, 'recovery') },
    { name: 'login-code-expired', path: '/login?step=code' },
    { name: 'forgot', path: '/forgot' },
    { name: 'forgot-letters', path: '/forgot', house: 'connected' },
    { name: 'forgot-sent', path: '/forgot', house: 'connected', prepare: askForLetter },
    { name: 'reset', path: reset },
    { name: 'reset-dead', path: '/reset?token=none' },
    { name: 'reset-dead-letters', path: '/reset?token=none', house: 'connected' },
    { name: 'invite', path: invitation },
    { name: 'invite-member', path: invitation, as: 'careful' },
    { name: 'invite-dead', path: '/invite/none' },
    { name: 'not-found', path: '/nowhere' },
  ];
}

function accountShots(): Shot[] {
  const account = { path: '/user/account', full: true } as const;
  return [
    { ...account, name: 'account', path: '/user/account?done=password', as: 'member' },
    { ...account, name: 'account-two-step', as: 'careful' },
    { ...account, name: 'account-provider', as: 'member', house: 'connected' },
    { ...account, name: 'account-guest', as: 'guest', house: 'connected' },
    { ...account, name: 'account-connected', as: 'connected', house: 'connected' },
    { name: 'account-delete', path: '/user/account/delete', as: 'member' },
    { name: 'account-delete-guest', path: '/user/account/delete', as: 'guest', house: 'connected' },
    { name: 'two-step', path: '/user/account/two-step', as: 'member' },
    {
      name: 'two-step-setup',
      path: '/user/account/two-step',
      as: 'member',
      full: true,
      prepare: givePassword('begin', 'svg[role=img]'),
    },
    { name: 'two-step-on', path: '/user/account/two-step', as: 'careful' },
    { name: 'two-step-off', path: '/user/account/two-step?form=off', as: 'careful' },
    {
      name: 'recovery-codes',
      path: '/user/account/two-step?form=codes',
      as: 'careful',
      full: true,
      prepare: givePassword('codes', 'ol'),
    },
  ];
}

function adminShots(): Shot[] {
  return [
    { name: 'admin-users', path: '/admin/users', as: 'member' },
    { name: 'admin-users-none', path: '/admin/users?q=nobody-at-all', as: 'member' },
    {
      name: 'admin-users-reset',
      path: '/admin/users?q=boris',
      as: 'member',
      prepare: submit('/admin/users/boris/reset'),
    },
    { name: 'admin-rooms', path: '/admin/rooms', as: 'member' },
    { name: 'admin-invitations', path: '/admin/invitations', as: 'member' },
    {
      name: 'admin-invitations-made',
      path: '/admin/invitations',
      as: 'member',
      prepare: submit('/admin/invitations'),
    },
    { name: 'admin-audit', path: '/admin/audit', as: 'member' },
  ];
}

/** Every page that there is a picture of. */
export function shots(facts: Facts): Shot[] {
  const encoded = encodeURIComponent(facts.room);
  const chat = `/chat/${encoded}`;
  const results = '/user/search/results?q=';
  return [
    ...doorShots(facts),
    ...accountShots(),
    ...adminShots(),
    { name: 'user', path: '/user', as: 'member' },
    { name: 'user-empty', path: '/user', as: 'careful' },
    { name: 'search', path: '/user/search', as: 'member' },
    { name: 'search-results', path: results + encodeURIComponent(facts.room.slice(0, 3)), as: 'member' },
    { name: 'search-empty', path: `${results}Nothing%20of%20the%20kind`, as: 'member' },
    { name: 'room', path: chat, as: 'member' },
    { name: 'details', path: `${chat}/details`, as: 'member', full: true },
    { name: 'delete', path: `/user/rooms/delete/${encoded}`, as: 'member' },
    { name: 'not-found-member', path: '/chat/no-such-room', as: 'member' },
    {
      name: 'drawer',
      path: chat,
      as: 'member',
      sizes: ['phone'],
      prepare: (page) => page.locator('button[popovertarget]').first().click(),
    },
    { name: 'switcher', path: '/user', as: 'member', prepare: pressed('Control+k') },
    { name: 'shortcuts', path: '/user', as: 'member', prepare: pressed('Control+/') },
  ];
}
