import { z } from 'zod';
import { errorCode } from '../start-error';
import { bad, good, oneLine, type Finding } from './finding';

const SUBJECT = 'address';
/** Milliseconds that an answer may take. */
export const PATIENCE = 8_000;

const problemSchema = z.object({ code: z.string(), detail: z.string().optional() });

/** A refusal in the application's own words; undefined where something else answers. */
export function ownProblem(text: string): z.output<typeof problemSchema> | undefined {
  try {
    return problemSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const REASONS: [RegExp, string][] = [
  [/^(?:ENOTFOUND|EAI_AGAIN)$/, 'its name has no address: make a DNS record for it, or correct NEXTAUTH_URL'],
  [/^ECONNREFUSED$/, 'nobody listens there: start nginx (or the service), and publish its port'],
  [
    /^(?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|TimeoutError)$/,
    'let it through the firewall; it may also be out of reach from this machine alone',
  ],
  [
    /^(?:CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/,
    'renew or complete its certificate: the file holds the whole chain',
  ],
  [
    /^(?:EPROTO|ERR_SSL_)/,
    'what answers there does not speak TLS: correct nginx’s TLS lines, or the scheme in NEXTAUTH_URL',
  ],
];

/** Why an address could not be reached, and what to do. */
export function unreachable(subject: string, address: string, error: unknown): Finding {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const inner: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = errorCode(inner) || (inner instanceof Error ? inner.name : '');
  const fix = REASONS.find(([pattern]) => pattern.test(code))?.[1];
  return bad(subject, `${address} cannot be reached (${oneLine(inner)})`, fix ?? 'look at what answers there');
}

async function ask(url: URL): Promise<{ response: Response; text: string }> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'manual',
    signal: AbortSignal.timeout(PATIENCE),
  });
  return { response, text: await response.text() };
}

/** Whether the public address leads to this application, and it takes the address for its own. */
export async function checkAddress(base: URL): Promise<Finding> {
  try {
    // A question that only the application refuses in this way, and only under its own name.
    const { response, text } = await ask(new URL('/api/v1/me', base));
    const location = response.headers.get('location');
    const problem = ownProblem(text);
    if (response.status === 401 && problem?.code === 'unauthenticated') {
      return good(SUBJECT, `${base.origin} is served by this application`);
    }
    if (location !== null) {
      const target = URL.canParse(location, base) ? new URL(location, base).origin : location;
      return bad(
        SUBJECT,
        `${base.origin} leads to ${target}`,
        'set NEXTAUTH_URL to the address that answers in the end',
      );
    }
    if (problem?.code === 'bad_request') {
      const fix = `set the service’s NEXTAUTH_URL to ${base.origin}, and have the proxy pass the Host header on`;
      return bad(SUBJECT, `the service refuses ${base.host} as not its own`, fix);
    }
    if (response.status >= 502 && response.status <= 504) {
      const fix = 'start the service, or see what its log ends with; nginx’s upstream must be its address';
      return bad(SUBJECT, `${base.origin} answers ${response.status}: the proxy does not reach the service`, fix);
    }
    const says = `${base.origin} answers ${response.status}, which is not this application`;
    return bad(SUBJECT, says, 'correct NEXTAUTH_URL, or what the proxy forwards to');
  } catch (error) {
    return unreachable(SUBJECT, base.origin, error);
  }
}
