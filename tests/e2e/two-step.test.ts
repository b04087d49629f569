import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { createUser, PASSWORD } from '../factories';
import { Authenticator, forgetSteps, giveSecondFactor } from '../harness/authenticator';
import { useHouse } from '../harness/house';

const house = useHouse();

const password = (page: Page) => page.getByLabel('Password', { exact: true });

async function firstStep(page: Page, email: string): Promise<void> {
  await page.goto(`${house.url}/logout`);
  await page.goto(`${house.url}/login`);
  await page.getByLabel('E-mail').fill(email);
  await password(page).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'One more step', level: 1 }).waitFor();
}

async function giveCode(page: Page, label: string, code: string): Promise<void> {
  await page.getByLabel(label).fill(code);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe.each([
  ['with a script', true],
  ['without a script', false],
])('%s', (_title, javaScriptEnabled) => {
  test('one switches it on, signs in with it, loses the telephone, and switches it off', async () => {
    const anna = await createUser();
    const visitor = await house.visitorAs(anna, { javaScriptEnabled });
    visitor.tolerate(/40[13]/);
    const page = await visitor.open('/user/account');
    const section = page.getByRole('region', { name: 'Two-step sign-in' });
    await section.getByText('Off.').waitFor();
    await section.getByRole('link', { name: 'Switch on…' }).click();
    await page.waitForURL('**/two-step');

    await password(page).fill('wrong, certainly');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('This is not your password.').waitFor();
    await password(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('img', { name: /^QR code/ }).waitFor();
    const secret = await page.locator('code').innerText();
    const app = new Authenticator(secret);
    await page.getByLabel('Code from the app').fill(app.wrong());
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('This code is not right, or was used before.').waitFor();
    // Nothing has to be scanned again, and no code is kept in the page.
    expect(await page.locator('code').innerText()).toBe(secret);
    expect(await page.getByLabel('Code from the app').inputValue()).toBe('');
    await page.getByLabel('Code from the app').fill(app.code());
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('heading', { name: 'Keep these recovery codes' }).waitFor();
    const codes = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
    expect(codes).toHaveLength(10);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('beseda-recovery-codes.txt');
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await section.getByText('On. 10 recovery codes are left.').waitFor();

    await firstStep(page, anna.email);
    expect(await page.content()).not.toContain(PASSWORD);
    expect(await page.getByLabel('Code').getAttribute('autocomplete')).toBe('one-time-code');
    await giveCode(page, 'Code', app.wrong());
    await page.getByText('This code is not right, or was used before.').waitFor();
    await giveCode(page, 'Code', app.code(1));
    await page.waitForURL('**/user');

    await firstStep(page, anna.email);
    await page.getByRole('link', { name: 'Use a recovery code' }).click();
    await giveCode(page, 'Recovery code', (codes[4] ?? '').toUpperCase());
    await page.getByText('You signed in with a recovery code. 9 are left.').waitFor();

    await page.goto(`${house.url}/user/account/two-step`);
    await page.getByRole('link', { name: 'New recovery codes…' }).click();
    await password(page).fill(PASSWORD);
    await page.getByLabel('Code from the app, or a recovery code').fill(codes[5] ?? '');
    await page.getByRole('button', { name: 'Make new codes' }).click();
    await page.getByText('The old ones no longer work.').waitFor();
    const fresh = await page.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
    // The address of what was shown once shows it no more.
    await page.goto(page.url());
    await page.getByRole('heading', { name: 'New recovery codes' }).waitFor();
    expect(await page.content()).not.toContain(fresh[0]);

    await page.goto(`${house.url}/user/account/two-step?form=off`);
    await password(page).fill(PASSWORD);
    await page.getByLabel('Code from the app, or a recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('This code is not right, or was used before.').waitFor();
    await password(page).fill(PASSWORD);
    await page.getByLabel('Code from the app, or a recovery code').fill(fresh[0] ?? '');
    await page.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('Two-step sign-in is off.').waitFor();
  });

  test('the second step leads on to where one wanted to go, and begins again when its time is over', async () => {
    const anna = await createUser();
    const app = await giveSecondFactor(anna.id);
    const visitor = await house.visitor({ javaScriptEnabled });
    visitor.tolerate(/401/);
    const page = await visitor.open('/user/search?q=x');
    await page.waitForURL('**/login?callbackUrl=**');
    await page.getByLabel('E-mail').fill(anna.email);
    await password(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'One more step' }).waitFor();
    // As if five minutes had gone by.
    await visitor.context.clearCookies({ name: 'beseda.sign-in' });
    await giveCode(page, 'Code', app.code());
    await page.getByText('That took more than five minutes').waitFor();
    await page.getByLabel('E-mail').fill(anna.email);
    await password(page).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Use a recovery code' }).click();
    await page.getByRole('link', { name: 'Use the authenticator app' }).click();
    await giveCode(page, 'Code', app.code());
    await page.waitForURL('**/user/search**');

    await forgetSteps(anna.id);
    await firstStep(page, anna.email);
    await page.getByRole('link', { name: 'Start over' }).click();
    await page.getByRole('heading', { name: 'Sign in', level: 1 }).waitFor();
    await password(page).waitFor();
  });
});

test('an administrator switches off somebody’s second factor, in the list and without a script', async () => {
  const chief = await createUser({ role: 'administrator' });
  const anna = await createUser();
  await giveSecondFactor(anna.id);
  const page = await (
    await house.visitorAs(chief, { javaScriptEnabled: false })
  ).open(`/admin/users?q=${anna.username}`);
  await page.getByRole('button', { name: `Switch off two-step sign-in: ${anna.username}` }).click();
  await page.waitForURL(`**/admin/users?q=${anna.username}`);
  await page.getByRole('button', { name: `Suspend ${anna.username}` }).waitFor();
  expect(await page.getByRole('button', { name: /two-step sign-in/ }).count()).toBe(0);
  await page.goto(`${house.url}/admin/audit`);
  await page.getByText(`Switched off two-step sign-in of ${anna.username}`).waitFor();
});
