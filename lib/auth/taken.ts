import { AppError, type FieldError } from '../contracts/errors';
import { read } from '../queries';

const EMAIL_TAKEN: FieldError = { path: 'email', message: 'An account with this e-mail address exists already.' };
const USERNAME_TAKEN: FieldError = {
  path: 'username',
  message: 'This username is taken, or looks too much like one that is.',
};

function conflict(errors: FieldError[]): AppError {
  return new AppError('conflict', errors.map(({ message }) => message).join(' '), { errors });
}

/**
 * The complaint behind a broken unique constraint.
 *
 * @returns any other error as it is
 */
export function asConflict(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('code' in error) || error.code !== '23505') return error;
  const constraint = 'constraint' in error ? String(error.constraint) : '';
  return conflict([constraint.includes('username') ? USERNAME_TAKEN : EMAIL_TAKEN]);
}

/**
 * Refuses what another account has: both complaints at once, which a broken constraint alone could not give.
 *
 * @param wanted an address, and the skeleton of a username; null where none is asked for
 * @param ownId the account that may have them: its own
 * @throws AppError `conflict` with the fields that are taken; `unavailable`
 */
export async function checkTaken(
  wanted: { email: string | null; skeleton: string | null },
  ownId: number | null = null,
): Promise<void> {
  const { email, skeleton } = wanted;
  const rows = await read<{ email: string; username_skeleton: string }>(
    'SELECT email, username_skeleton FROM users WHERE (email = $1 OR username_skeleton = $2) AND id IS DISTINCT FROM $3',
    [email, skeleton, ownId],
  );
  const errors = [
    ...(rows.some((row) => row.email === email) ? [EMAIL_TAKEN] : []),
    ...(rows.some((row) => row.username_skeleton === skeleton) ? [USERNAME_TAKEN] : []),
  ];
  if (errors.length > 0) throw conflict(errors);
}
