import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { currentActor } from '@/lib/auth/page-session';
import { chooseLocale, LOCALE_COOKIE } from './locales';

/** The account's language; a page in the browser's language is better than none while the database is away. */
async function accountLocale() {
  try {
    return (await currentActor())?.locale ?? null;
  } catch {
    return null;
  }
}

/** What next-intl needs to render one request: its language and that language's catalogue. Times become local in the browser. */
export default getRequestConfig(async () => {
  const cookie = (await cookies()).get(LOCALE_COOKIE)?.value;
  const locale = chooseLocale(cookie, cookie ? null : await accountLocale(), (await headers()).get('accept-language'));
  const { default: messages } = await (locale === 'ru'
    ? import('../../messages/ru.json')
    : import('../../messages/en.json'));
  return { locale, messages, timeZone: 'UTC' };
});
