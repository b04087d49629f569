import { setTimeout as sleep } from 'node:timers/promises';
import { createTransport } from 'nodemailer';
import { env, isLoopback } from './env';
import { log } from './log';
import type { MailSettings } from './mail-settings';
import { errorCode } from './start-error';

/** What is sent to one person. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
  html: string;
}

/** Letters that may wait, each of some kilobytes; what comes beyond is dropped. */
const MAX_WAITING = 500;
/** Milliseconds before each further try: a mail server is restarted, or greylists (RFC 6647, 4.5), for minutes. All within a link's life. */
const PAUSES = [2_000, 15_000, 60_000, 300_000, 900_000];
/** Milliseconds for each step of a conversation with a mail server. RFC 5321, 4.5.3.2 would wait for minutes, and others wait behind it. */
const TIMEOUT = 10_000;
/** Milliseconds that letters under way are given at the end. */
const LEAVE_MS = 2_000;

/** What is under way, of the whole process. */
interface Post {
  /** every letter that is being written, waits, or is sent */
  readonly inHand: Set<Promise<void>>;
  waiting: number;
  /** settles when the mail server is free for the next letter: one at a time, as servers like it */
  turn: Promise<void>;
  readonly leaving: AbortController;
}

const shared = globalThis as typeof globalThis & { besedaPost?: Post };

function post(): Post {
  return (shared.besedaPost ??= {
    inHand: new Set(),
    waiting: 0,
    turn: Promise.resolve(),
    leaving: new AbortController(),
  });
}

async function send(letter: Letter, { from, ...server }: MailSettings): Promise<void> {
  // Nobody stands between us and ourselves; anywhere else the server proves who it is, before it is told a password or a link.
  const near = isLoopback(server.host);
  const transport = createTransport({
    ...server,
    requireTLS: !near && !server.secure,
    tls: { rejectUnauthorized: !near },
    connectionTimeout: TIMEOUT,
    greetingTimeout: TIMEOUT,
    socketTimeout: TIMEOUT,
    dnsTimeout: TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await transport.sendMail({
    ...letter,
    from,
    // An object: a text would be read as a list of addresses.
    to: { name: '', address: letter.to },
    // RFC 3834, 5: so that no machine answers.
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
}

/** What may be logged of a failure: a mail server's own words often hold the address. */
function reasonOf(error: unknown): { code: string; responseCode: number | undefined } {
  const responseCode = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : undefined;
  return { code: errorCode(error), responseCode };
}

/** @returns false where the service ends meanwhile */
function pause(milliseconds: number): Promise<boolean> {
  return sleep(milliseconds, true, { ref: false, signal: post().leaving.signal }).catch(() => false);
}

async function deliver(letter: Letter, settings: MailSettings): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const sent = post().turn.then(() => send(letter, settings));
      post().turn = sent.catch(() => undefined);
      await sent;
      return;
    } catch (error) {
      const reason = { ...reasonOf(error), tries };
      log.warn(reason, 'The mail server did not take a letter');
      const next = PAUSES[tries - 1];
      // RFC 5321, 4.2.1: replies from 500 on are final.
      const isFinal = next === undefined || (reason.responseCode ?? 0) >= 500;
      if (isFinal || !(await pause(next))) return void log.warn(reason, 'A letter was given up');
    }
  }
}

async function writeAndDeliver(write: () => Letter | null | Promise<Letter | null>): Promise<void> {
  const settings = env().mail;
  if (!settings) return;
  try {
    const letter = await write();
    if (!letter) return;
    if (post().waiting >= MAX_WAITING) return void log.warn('A letter was dropped: too many are waiting');
    post().waiting++;
    await deliver(letter, settings).finally(() => post().waiting--);
  } catch (error) {
    log.error({ err: error }, 'A letter was not written');
  }
}

/**
 * Has a letter sent in the background: nobody waits for it, and whoever is told nothing of it loses nothing. Does nothing where no
 * mail server is set.
 *
 * @param write gives the letter, or null where there is none to send; what it throws is logged
 */
export function sendLetter(write: () => Letter | null | Promise<Letter | null>): void {
  const { inHand } = post();
  const task = writeAndDeliver(write).finally(() => inHand.delete(task));
  inHand.add(task);
}

/** Gives letters under way a moment. Those that wait to be tried again are given up. */
export async function closeMail(): Promise<void> {
  const { inHand, leaving } = post();
  leaving.abort();
  await Promise.race([Promise.all(inHand), sleep(LEAVE_MS, undefined, { ref: false })]);
}
