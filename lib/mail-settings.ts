import { isIP } from 'node:net';
import { emailSchema } from './contracts/values';
import { read, SettingError, url, type Source } from './setting';

/** The mail server that letters are handed to, and whom they are from. */
export interface MailSettings {
  host: string;
  /** undefined: 587, or 465 where TLS begins at once (RFC 8314, 3.3) */
  port: number | undefined;
  /** whether TLS begins at once, rather than by STARTTLS */
  secure: boolean;
  auth: { user: string; pass: string } | undefined;
  from: Sender;
}

interface Sender {
  name: string;
  address: string;
}

const EXAMPLE = 'smtp://user:password@mail.example.org:587';
/** `chat@example.org`, `Beseda <chat@example.org>` or `"Beseda" <chat@example.org>`. */
const SENDER = /^(?:"?(?<name>[^"<>\p{Cc}]*?)"?\s*<(?<address>[^<>]*)>|(?<plain>[^<>]*))$/u;
const DEFAULT_NAME = 'Beseda';

/** The sender's address where none is set: the mail server's user, as which it surely lets us write, else one at our own domain. */
function defaultAddress(user: string | undefined, publicUrl: URL | undefined): string | undefined {
  const hostname = publicUrl?.hostname ?? '';
  const candidates = [user, isIP(hostname) === 0 ? `no-reply@${hostname}` : undefined];
  return candidates.map((candidate) => emailSchema.safeParse(candidate).data).find(Boolean);
}

function sender(source: Source, user: string | undefined, publicUrl: URL | undefined): Sender {
  const value = read(source, 'MAIL_FROM');
  if (value === undefined) {
    const address = defaultAddress(user, publicUrl);
    if (address !== undefined) return { name: DEFAULT_NAME, address };
    throw new SettingError(
      'MAIL_FROM must be set beside SMTP_URL to whom letters are from, such as Beseda <chat@example.org>.',
    );
  }
  const { name = '', address, plain } = SENDER.exec(value)?.groups ?? {};
  const parsed = emailSchema.safeParse(address ?? plain);
  if (parsed.success) return { name: name || DEFAULT_NAME, address: parsed.data };
  throw new SettingError(
    `MAIL_FROM must be an e-mail address such as Beseda <chat@example.org>, not ${JSON.stringify(value)}.`,
  );
}

/** A part of a URL as it was meant; null where its percent-encoding is broken. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/**
 * Reads `SMTP_URL` and `MAIL_FROM`.
 *
 * @param publicUrl `NEXTAUTH_URL`, of which a sender can be made
 * @returns undefined where no mail server is set: no letters are sent
 * @throws SettingError that never repeats `SMTP_URL`
 */
export function mailSettings(source: Source, publicUrl: URL | undefined): MailSettings | undefined {
  const parsed = url(source, 'SMTP_URL', ['smtp:', 'smtps:'], EXAMPLE);
  if (!parsed) return undefined;
  const [user, pass] = [decoded(parsed.username), decoded(parsed.password)];
  const isBare = /^\/?$/.test(parsed.pathname) && parsed.search === '' && parsed.hash === '';
  if (parsed.hostname === '' || !isBare || user === null || pass === null || (user === '') !== (pass === '')) {
    throw new SettingError(
      `SMTP_URL must name a server, with user and password or neither, as in ${EXAMPLE}; special characters are percent-encoded.`,
    );
  }
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    port: parsed.port === '' ? undefined : Number(parsed.port),
    secure: parsed.protocol === 'smtps:',
    auth: user === '' ? undefined : { user, pass },
    from: sender(source, user, publicUrl),
  };
}
