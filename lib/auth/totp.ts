import { Secret, TOTP } from 'otpauth';

/** What every authenticator application understands: SHA-1, six digits, thirty seconds (RFC 6238, 5.2 and 1.2). */
const SETTINGS = { algorithm: 'SHA1', digits: 6, period: 30 } as const;
/** Bytes: 160 bits, as RFC 4226, section 4 (R6) recommends. */
const SECRET_BYTES = 20;
/** Steps either way that clocks may differ, and typing may take (RFC 6238, 5.2). */
const WINDOW = 1;

/** Whether something normalised has the form of an application's code. */
export function isTotpCode(code: string): boolean {
  return /^\d{6}$/.test(code);
}

/** A new secret to share with an application, in base32 as applications take it. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32;
}

/**
 * The address that an application reads from the QR code (Google Authenticator's Key URI Format).
 *
 * @param host of the service: whoever uses several of them has to tell them apart
 * @param email whose account
 */
export function totpUri(secret: string, host: string, email: string): string {
  // A colon would end the issuer, and IPv6 addresses have some.
  const issuer = `Beseda (${host.replaceAll(':', '.')})`;
  return new TOTP({ ...SETTINGS, secret, issuer, label: email }).toString();
}

/**
 * The time step that a code belongs to.
 *
 * @param code normalised
 * @param at milliseconds since the epoch
 * @returns null where it is the code of no step that counts
 */
export function stepOfCode(secret: string, code: string, at: number): number | null {
  if (!isTotpCode(code)) return null;
  const totp = { ...SETTINGS, secret: Secret.fromBase32(secret), timestamp: at };
  const delta = TOTP.validate({ ...totp, token: code, window: WINDOW });
  return delta === null ? null : TOTP.counter({ period: SETTINGS.period, timestamp: at }) + delta;
}
