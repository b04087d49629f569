import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import { currentRequestId } from './request-id';

/** Fields that never reach the log, wherever an object carries them (at the top or one level down). */
const SECRETS = [
  'password',
  'hashedPassword',
  'token',
  'secret',
  'cookie',
  'authorization',
  'body',
  'databaseUrl',
  'set-cookie',
].flatMap((name) => [`["${name}"]`, `*["${name}"]`]);

const SECRET_HEADERS = ['cookie', 'authorization', 'set-cookie'].map((name) => `*.headers["${name}"]`);

function createLog(): Logger {
  const wanted = process.env.LOG_LEVEL?.trim().toLowerCase() ?? '';
  const options = {
    // What is no level is start-up's to complain about, which it does through this very module.
    level: wanted === 'silent' || wanted in pino.levels.values ? wanted : 'info',
    base: undefined,
    mixin: () => {
      const requestId = currentRequestId();
      return requestId === undefined ? {} : { requestId };
    },
    redact: { paths: [...SECRETS, ...SECRET_HEADERS], censor: '[hidden]' },
  };
  // In this thread, not in a worker: a line that is written when the process ends must still come out.
  if (process.stdout.isTTY) {
    return pino(options, pretty({ sync: true, colorize: true, translateTime: 'HH:MM:ss', ignore: 'pid,hostname' }));
  }
  return pino(options, pino.destination({ dest: 1, sync: true }));
}

const shared = globalThis as typeof globalThis & { besedaLog?: Logger };

/** The log: JSON lines on standard output, pretty on a terminal. Never a password, token, cookie or message body. */
export const log: Logger = (shared.besedaLog ??= createLog());
