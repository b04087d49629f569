import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { vi } from 'vitest';

/** A letter as the mail server got it. */
export interface ReceivedLetter {
  /** of the envelope: who really gets it */
  to: string[];
  from: string;
  headers: string;
  subject: string;
  /** the parts for people, decoded */
  text: string;
  html: string;
  secure: boolean;
  user: string | undefined;
}

export interface MailboxOptions {
  /** demanded of whoever brings a letter */
  auth?: { user: string; pass: string };
  /** whether STARTTLS is offered */
  tls?: boolean;
  /** milliseconds that it takes to take a letter */
  delay?: number;
  port?: number;
}

function decodePart(part: string): string {
  const [head = '', body = ''] = part.split(/\r\n\r\n([\s\S]*)/);
  const encoding = /^content-transfer-encoding: (\S+)/im.exec(head)?.[1];
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A header's words (RFC 2047). */
function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString('utf8')
        : decodePart(`Content-Transfer-Encoding: quoted-printable\r\n\r\n${text.replaceAll('_', ' ')}`),
    );
}

function parse(raw: string): Pick<ReceivedLetter, 'headers' | 'subject' | 'text' | 'html'> {
  const [headers = '', body = ''] = raw.split(/\r\n\r\n([\s\S]*)/);
  const unfolded = headers.replace(/\r\n[ \t]+/g, ' ');
  const boundary = /boundary="([^"]+)"/.exec(unfolded)?.[1] ?? '';
  const parts = body.split(`--${boundary}`).map((part) => part.replace(/^\r\n/, ''));
  const partOf = (type: string) => decodePart(parts.find((part) => part.includes(`Content-Type: ${type}`)) ?? '');
  return {
    headers: unfolded,
    subject: decodeWords(/^Subject: (.*)$/m.exec(unfolded)?.[1] ?? ''),
    text: partOf('text/plain'),
    html: partOf('text/html'),
  };
}

/** A mail server on loopback that keeps what it is brought. */
export class Mailbox {
  readonly letters: ReceivedLetter[] = [];
  /** how often somebody gave a password, right or wrong */
  logins = 0;
  /** how many letters there were to take */
  brought = 0;
  port = 0;
  readonly #server: SMTPServer;

  private constructor({ auth, tls = false, delay = 0 }: MailboxOptions) {
    this.#server = new SMTPServer({
      // Otherwise it warns that anybody knows its key.
      logger: false,
      authOptional: auth === undefined,
      allowInsecureAuth: true,
      disabledCommands: tls ? [] : ['STARTTLS'],
      onAuth: ({ username, password }, _session, callback) => {
        this.logins++;
        if (username === auth?.user && password === auth?.pass) callback(null, { user: username });
        else callback(Object.assign(new Error('Wrong credentials'), { responseCode: 535 }));
      },
      onData: (stream, { envelope, secure, user }, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        const keep = () => {
          this.letters.push({
            to: envelope.rcptTo.map(({ address }) => address),
            from: envelope.mailFrom ? envelope.mailFrom.address : '',
            ...parse(Buffer.concat(chunks).toString('utf8')),
            secure,
            user: typeof user === 'string' ? user : undefined,
          });
          callback();
        };
        stream.on('end', () => {
          this.brought++;
          setTimeout(keep, delay);
        });
      },
    });
    // Who hangs up in the middle, as a client that is refused does, is no failure of a test.
    this.#server.on('error', () => undefined);
  }

  /** Opens one, by default for anybody and without TLS. */
  static async open(options: MailboxOptions = {}): Promise<Mailbox> {
    const mailbox = new Mailbox(options);
    const listening = mailbox.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(listening, 'listening');
    mailbox.port = (listening.address() as AddressInfo).port;
    return mailbox;
  }

  /** @param user with password and colon, as in a URL */
  url(user = '', host = '127.0.0.1'): string {
    return `smtp://${user && `${user}@`}${host}:${this.port}`;
  }

  /** The letters to an address, once there are as many. */
  async to(address: string, count = 1): Promise<ReceivedLetter[]> {
    const found = () => this.letters.filter(({ to }) => to.includes(address));
    await vi.waitFor(
      () => {
        if (found().length < count) throw new Error(`${found().length} of ${count} letters to ${address}`);
      },
      { timeout: 15_000, interval: 20 },
    );
    return found();
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The address that a letter's link leads to. */
export function linkIn({ text }: ReceivedLetter): URL {
  return new URL(/^http\S+$/m.exec(text)?.[0] ?? '');
}
