import { createTranslator } from 'next-intl';
import { localeSchema, type Locale } from './contracts/accounts';
import { forgotPath, resetPath } from './contracts/paths';
import { env } from './env';
import type { Letter } from './mail';
import en from '../messages/en.json';
import ru from '../messages/ru.json';

/** Whom a letter is for. */
export interface Receiver {
  email: string;
  locale: Locale;
}

/**
 * An account as the receiver of a letter.
 *
 * @param asked the language of the request that it comes of, where the account has none
 */
export function receiverOf({ email, locale }: { email: string; locale: string | null }, asked: Locale): Receiver {
  return { email, locale: localeSchema.safeParse(locale).data ?? asked };
}

/**
 * Where the links of letters lead: the configured address and never a request's, which whoever asks can make up. Without one the
 * service is on loopback.
 */
function origin(): URL {
  const { publicUrl, port } = env();
  return publicUrl ?? new URL(`http://localhost:${port}`);
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string) => text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '');

/** Paragraphs as text and as HTML; a URL is a paragraph of its own. */
function compose({ email, locale }: Receiver, subject: string, paragraphs: (string | URL)[]): Letter {
  const html = paragraphs.map((paragraph) =>
    typeof paragraph === 'string'
      ? `<p>${escape(paragraph)}</p>`
      : `<p><a href="${escape(paragraph.href)}">${escape(paragraph.href)}</a></p>`,
  );
  return {
    to: email,
    subject,
    text: `${paragraphs.map(String).join('\n\n')}\n`,
    html: `<!doctype html><html lang="${locale}"><body>${html.join('')}</body></html>`,
  };
}

function words(locale: Locale) {
  const t = createTranslator({ locale, messages: locale === 'ru' ? ru : en, namespace: 'letters' });
  const { host } = origin();
  return (key: Parameters<typeof t>[0]) => t(key, { host, name: env().openId?.name ?? '' });
}

/** The letter with a link that sets a new password. Nothing in it was typed by anybody: whoever asks may be a stranger. */
export function resetLetter(receiver: Receiver, token: string): Letter {
  const t = words(receiver.locale);
  const link = new URL(resetPath(token), origin());
  return compose(receiver, t('resetSubject'), [t('resetLead'), t('resetLink'), link, t('resetOther')]);
}

/** What the owner of an account is told of, because somebody else may have done it: `messages/*.json`, `letters`, has the words. */
export type Notice = 'password' | 'email' | 'connected' | 'disconnected' | 'twoStepOn' | 'twoStepOff';

/** The letter that tells the owner, with the link to a new password: that is what puts everybody else out. */
export function noticeLetter(receiver: Receiver, notice: Notice): Letter {
  const t = words(receiver.locale);
  // That of another address goes to the former one, whose reader gets no new password any more.
  const links = notice === 'email' ? [] : [new URL(forgotPath(), origin())];
  return compose(receiver, t(`${notice}Subject`), [t(`${notice}Lead`), t(`${notice}Other`), ...links]);
}
