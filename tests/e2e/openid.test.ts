import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, expect, test } from 'vitest';
import { prisma } from '@/lib/prisma';
import { createRoom, createUser, PASSWORD } from '../factories';
import { useHouse } from '../harness/house';
import { startOpenIdProvider, type OpenIdProvider } from '../harness/openid-provider';

let provider: OpenIdProvider | undefined;
const house = useHouse({
  env: async () => {
    provider = await startOpenIdProvider();
    await createUser({ username: 'first', role: 'administrator' });
    return provider.settings;
  },
});
afterAll(() => provider?.stop());

const anna = { sub: 'a-1', email: 'anna@id.example', email_verified: true, name: 'Анна Смирнова' };

test('one signs in with the provider, sets a password, and disconnects it', async () => {
  provider?.person(anna);
  const owner = await createUser({ username: 'owner' });
  await createRoom({ owner, name: 'there' });
  const visitor = await house.visitor();
  // The page that one signs out of may still ask for something.
  visitor.tolerate(/409/, /401/);
  const page = await visitor.open('/chat/there');
  await page.getByRole('button', { name: 'Continue with Example ID' }).click();
  await page.getByRole('button', { name: 'Let me in' }).click();
  await page.waitForURL('**/chat/there');
  await page.getByRole('log').waitFor();

  await page.goto(`${house.url}/user/account`);
  expect(await page.getByRole('textbox', { name: 'Username' }).inputValue()).toBe('Анна.Смирнова');
  await page.getByText('Your account has no password. You signed in a moment ago').waitFor();
  expect(await page.getByLabel('Current password').count()).toBe(0);
  const section = page.getByRole('region', { name: 'Sign-in with Example ID' });
  await section.getByText('the only way into your account').waitFor();
  expect(await section.getByRole('button').count()).toBe(0);

  expect((await new AxeBuilder({ page }).setLegacyMode().analyze()).violations).toEqual([]);

  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Set a password' }).click();
  await page.getByText('Your password is changed.').waitFor();
  await section.getByRole('button', { name: 'Disconnect Example ID' }).click();
  await page.getByText('Disconnected.', { exact: false }).first().waitFor();

  // Signed out of here, but not there: it leads straight back.
  await page.goto(`${house.url}/logout`);
  await page.goto(`${house.url}/login`);
  await page.getByRole('button', { name: 'Continue with Example ID' }).click();
  await page.getByRole('alert').getByText('There is an account with your e-mail already.').waitFor();

  await page.getByLabel('E-mail').fill(anna.email);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL('**/user');
  await page.goto(`${house.url}/user/account`);
  await section.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await section.getByRole('button', { name: 'Connect Example ID' }).click();
  await page.waitForURL('**/user/account?done=connect');
  await page.getByRole('status').getByText('Connected.').waitFor();
  await page.goto(`${house.url}/logout`);
  await page.goto(`${house.url}/register`);
  await page.getByRole('button', { name: 'Continue with Example ID' }).click();
  await page.waitForURL('**/user');
});

test('without a script, and with a session that is too old', async () => {
  provider?.person({ sub: 'b-1', email: 'boris@id.example', preferred_username: 'boris' });
  const visitor = await house.visitor({ javaScriptEnabled: false });
  visitor.tolerate(/403/);
  const page = await visitor.open('/login');
  await page.getByRole('button', { name: 'Continue with Example ID' }).click();
  await page.getByRole('button', { name: 'Refuse' }).click();
  await page.getByRole('alert').getByText('Example ID did not let you in.').waitFor();
  await page.getByRole('button', { name: 'Continue with Example ID' }).click();
  await page.getByRole('button', { name: 'Let me in' }).click();
  await page.waitForURL('**/user');

  await prisma().session.updateMany({ data: { createdAt: new Date(Date.now() - 601_000) } });
  await page.goto(`${house.url}/user/account/delete`);
  await page.getByText('Your account has no password. To set one').waitFor();
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByRole('alert').getByText('sign in again, then do this within ten minutes').waitFor();
  await page.getByRole('button', { name: 'Sign in again with Example ID' }).click();
  await page.waitForURL('**/user/account/delete');
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByRole('status').getByText('Your account is deleted.').waitFor();
});
