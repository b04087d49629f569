import { resolve } from 'node:path';
import { emailSchema } from './contracts/values';
import { mailSettings, type MailSettings } from './mail-settings';
import { read, SettingError, url, type Source } from './setting';

export { SettingError } from './setting';

const REGISTRATIONS = ['open', 'invited', 'closed'] as const;
export type Registration = (typeof REGISTRATIONS)[number];

/** The OpenID Connect provider through which people may sign in. */
export interface OpenIdSettings {
  /** without a slash at its end */
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** what people call it */
  name: string;
}

/** Where metrics are told. */
export interface MetricsSettings {
  host: string;
  /** 0: any that is free */
  port: number;
}

/** The settings, read once at start-up. `docs` and README describe each by its variable. */
export interface Env {
  /** 0 until the system has chosen one, where any will do */
  port: number;
  host: string;
  /** undefined: the embedded PostgreSQL */
  databaseUrl: string | undefined;
  dataDir: string;
  /** empty until start-up has read or made the one kept in `dataDir` */
  secret: string;
  previousSecret: string | undefined;
  publicUrl: URL | undefined;
  /** how many proxies in front are believed for the client's address and scheme */
  trustProxy: number;
  /** undefined: this node is the only one */
  redisUrl: string | undefined;
  adminEmail: string | undefined;
  /** who may make an account: anyone, whoever has an invitation, nobody */
  registration: Registration;
  /** undefined: nobody signs in through a provider */
  openId: OpenIdSettings | undefined;
  bcryptCost: number;
  rateLimits: boolean;
  logLevel: string;
  /** undefined: nobody scrapes */
  metrics: MetricsSettings | undefined;
  /** undefined: no letters are sent */
  mail: MailSettings | undefined;
  production: boolean;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
/** A label, an IPv4 or an IPv6 address: what `listen` takes. */
const HOST = /^[0-9a-z:.-]+$/i;
/** NIST SP 800-107, 5.3.4: an HMAC key below 112 bits is not a key; 16 characters are the least that can hold them. */
const SECRET_CHARACTERS = 16;
/** `aaaaaaaaaaaaaaaa`, `changemechangeme`: long enough, and guessed at once. */
const REPETITION = /^(.+?)\1+$/;

function integer(source: Source, name: string, fallback: number, min: number, max: number): number {
  const value = read(source, name);
  if (value === undefined) return fallback;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < min || number > max) {
    throw new SettingError(`${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(value)}.`);
  }
  return number;
}

function oneOf<T extends string>(source: Source, name: string, fallback: T, values: readonly T[]): T {
  const value = read(source, name)?.toLowerCase() ?? fallback;
  const found = values.find((candidate) => candidate === value);
  if (found === undefined) {
    throw new SettingError(`${name} must be one of ${values.join(', ')}, not ${JSON.stringify(value)}.`);
  }
  return found;
}

function hostName(source: Source, name: string, fallback: string): string {
  const host = read(source, name) ?? fallback;
  if (!HOST.test(host)) {
    throw new SettingError(`${name} must be a host name or an address, not ${JSON.stringify(host)}.`);
  }
  return host;
}

/** @param taken the service's own port */
function metricsSettings(source: Source, taken: number): MetricsSettings | undefined {
  const host = hostName(source, 'METRICS_HOST', '127.0.0.1');
  if (read(source, 'METRICS_PORT') === undefined) return undefined;
  const port = integer(source, 'METRICS_PORT', 0, 0, 65_535);
  // Whoever may see pages must not see metrics.
  if (port === taken && port !== 0) throw new SettingError('METRICS_PORT must be another port than PORT.');
  return { host, port };
}

function databaseUrl(source: Source): string | undefined {
  const example = 'postgresql://user:password@host:5432/database';
  const parsed = url(source, 'DATABASE_URL', ['postgres:', 'postgresql:'], example);
  if (parsed && parsed.pathname.length < 2) {
    throw new SettingError(`DATABASE_URL must name a database, as in ${example}.`);
  }
  return parsed && read(source, 'DATABASE_URL');
}

/** Nodes share a database and sign sessions alike: neither can be what one of them made for itself. */
function redisUrl(source: Source): string | undefined {
  const parsed = url(source, 'REDIS_URL', ['redis:', 'rediss:'], 'redis://host:6379');
  const missing = ['DATABASE_URL', 'NEXTAUTH_SECRET'].filter((name) => read(source, name) === undefined);
  if (parsed && missing.length > 0) {
    throw new SettingError(`REDIS_URL must come with ${missing.join(' and ')}: several nodes share one.`);
  }
  return parsed?.href;
}

/** Whether a host name or address is this machine's loopback, which nobody else can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function publicUrl(source: Source, host: string): URL | undefined {
  const example = 'https://chat.example.org';
  const parsed = url(source, 'NEXTAUTH_URL', ['http:', 'https:'], example);
  if (parsed && (parsed.pathname !== '/' || parsed.search || parsed.hash || parsed.username || parsed.password)) {
    throw new SettingError(`NEXTAUTH_URL must be an address without a path, such as ${example}.`);
  }
  if (!parsed && !isLoopback(host)) {
    throw new SettingError(
      `NEXTAUTH_URL must be set to the public address (such as ${example}), because HOST=${host} is not loopback.`,
    );
  }
  return parsed;
}

function secret(source: Source, name: string): string | undefined {
  const value = read(source, name);
  if (value !== undefined && value.length < SECRET_CHARACTERS) {
    throw new SettingError(
      `${name} must have at least ${SECRET_CHARACTERS} characters; "openssl rand -base64 32" makes a good one.`,
    );
  }
  if (value !== undefined && REPETITION.test(value)) {
    throw new SettingError(`${name} must not be one text again and again; "openssl rand -base64 32" makes a good one.`);
  }
  return value;
}

function adminEmail(source: Source): string | undefined {
  const value = read(source, 'ADMIN_EMAIL');
  if (value === undefined) return undefined;
  const parsed = emailSchema.safeParse(value);
  if (!parsed.success) throw new SettingError(`ADMIN_EMAIL must be an e-mail address, not ${JSON.stringify(value)}.`);
  return parsed.data;
}

const OPENID_VARIABLES = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_NAME'] as const;
/** Characters of a provider's name, which has to fit on a button. */
const OPENID_NAME = 40;

function openId(source: Source): OpenIdSettings | undefined {
  const missing = OPENID_VARIABLES.filter((name) => read(source, name) === undefined);
  if (missing.length === OPENID_VARIABLES.length) return undefined;
  if (missing.length > 0) {
    throw new SettingError(`${OPENID_VARIABLES.join(', ')} belong together; ${missing.join(', ')} must be set too.`);
  }
  const example = 'https://id.example.org/realms/team';
  const issuer = url(source, 'OIDC_ISSUER', ['https:', 'http:'], example);
  const isSafe = issuer?.protocol === 'https:' || (issuer && isLoopback(issuer.hostname.replace(/^\[|\]$/g, '')));
  // OpenID Connect Discovery 1.0, 4.1: https, and neither query nor fragment.
  if (!issuer || !isSafe || issuer.search || issuer.hash || issuer.username || issuer.password) {
    throw new SettingError(`OIDC_ISSUER must be an https URL without query and fragment, such as ${example}.`);
  }
  const [clientId = '', clientSecret = '', name = ''] = OPENID_VARIABLES.slice(1).map((each) => read(source, each));
  if (name.length > OPENID_NAME || /\p{C}/u.test(name)) {
    throw new SettingError(`OIDC_NAME must have at most ${OPENID_NAME} characters, all of them visible.`);
  }
  return { issuer: issuer.href.replace(/\/+$/, ''), clientId, clientSecret, name };
}

/** As root the project folder is often closed to the user that PostgreSQL has to run as, so the data lives elsewhere. */
function defaultDataDir(): string {
  return process.getuid?.() === 0 ? '/var/lib/beseda' : './data';
}

/**
 * Reads the settings.
 *
 * @param source the environment's variables
 * @returns the settings; `secret` is empty where start-up still has to find it
 * @throws SettingError for the first variable that is wrong
 */
export function loadEnv(source: Source): Env {
  const host = hostName(source, 'HOST', 'localhost');
  const address = publicUrl(source, host);
  const port = integer(source, 'PORT', 3000, 0, 65_535);
  return {
    // 0: any free port, which tests use.
    port,
    host,
    databaseUrl: databaseUrl(source),
    dataDir: resolve(read(source, 'DATA_DIR') ?? defaultDataDir()),
    secret: secret(source, 'NEXTAUTH_SECRET') ?? '',
    previousSecret: secret(source, 'NEXTAUTH_SECRET_PREVIOUS'),
    publicUrl: address,
    trustProxy: integer(source, 'TRUST_PROXY', 0, 0, 32),
    redisUrl: redisUrl(source),
    adminEmail: adminEmail(source),
    registration: oneOf(source, 'REGISTRATION', 'open', REGISTRATIONS),
    openId: openId(source),
    // bcrypt's own bounds (OpenBSD bcrypt(3)); above 16 one password takes seconds.
    bcryptCost: integer(source, 'BCRYPT_COST', 12, 4, 16),
    rateLimits: oneOf(source, 'RATE_LIMITS', 'on', ['on', 'off']) === 'on',
    logLevel: oneOf(source, 'LOG_LEVEL', 'info', LOG_LEVELS),
    metrics: metricsSettings(source, port),
    mail: mailSettings(source, address),
    production: source.NODE_ENV === 'production',
  };
}

const shared = globalThis as typeof globalThis & { besedaEnv?: Env };

/** Makes `settings` the ones that the whole process uses: Next's bundle and the server's share them. */
export function setEnv(settings: Env): void {
  shared.besedaEnv = settings;
}

/**
 * The settings that the process runs with.
 *
 * @throws Error before start-up has called {@link setEnv}
 */
export function env(): Env {
  if (!shared.besedaEnv) throw new Error('The settings are not loaded yet');
  return shared.besedaEnv;
}
