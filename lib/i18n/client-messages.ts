import { getMessages } from 'next-intl/server';
import type { Messages } from 'next-intl';

type Namespace = keyof Messages;

/**
 * The named parts of the current language's catalogue, for a `NextIntlClientProvider`: what a page's client components
 * do not speak of is not sent to the browser.
 */
export async function clientMessages(...namespaces: Namespace[]): Promise<Partial<Messages>> {
  const messages: Partial<Messages> = await getMessages();
  return Object.fromEntries(namespaces.map((namespace) => [namespace, messages[namespace]]));
}
