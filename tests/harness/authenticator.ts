import { Secret, TOTP } from 'otpauth';
import { pool } from '@/lib/db';
import { prisma } from '@/lib/prisma';
import { hashLinkToken } from '@/lib/link-token';

/** An authenticator application that knows one secret. */
export class Authenticator {
  readonly #secret: Secret;

  constructor(secret: string) {
    this.#secret = Secret.fromBase32(secret.replaceAll(' ', ''));
  }

  /** The code of the present step, or of one beside it: the next one counts too, so nobody has to wait for it. */
  code(steps = 0): string {
    return TOTP.generate({ secret: this.#secret, timestamp: Date.now() + steps * 30_000 });
  }

  /** Six digits that are the code of no step near. */
  wrong(): string {
    const near = [-3, -2, -1, 0, 1, 2, 3].map((steps) => this.code(steps));
    let guess = 0;
    while (near.includes(String(guess).padStart(6, '0'))) guess++;
    return String(guess).padStart(6, '0');
  }
}

/** Gives an account a second factor, without the way there. */
export async function giveSecondFactor(userId: number, recoveryCodes: string[] = []): Promise<Authenticator> {
  const secret = new Secret({ size: 20 }).base32;
  await prisma().secondFactor.create({ data: { userId, secret, confirmedAt: new Date() } });
  await prisma().recoveryCode.createMany({
    data: recoveryCodes.map((code) => ({ userId, codeHash: hashLinkToken(code) })),
  });
  return new Authenticator(secret);
}

/** Lets the codes of this moment count anew, for what a test could only wait for. */
export async function forgetSteps(userId: number): Promise<void> {
  await pool().query('UPDATE second_factors SET last_step = 0 WHERE user_id = $1', [userId]);
}
