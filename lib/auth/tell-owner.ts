import type { Locale } from '../contracts/accounts';
import { noticeLetter, receiverOf, type Notice } from '../letters';
import { isWithin } from '../limits';
import { sendLetter } from '../mail';

/**
 * Has the owner of an account told by letter, in the background, that somebody changed it. No more often than
 * `RATE_LIMITS.noticeLetter`: nobody has proved that the address is theirs, so an account could fill anybody's mailbox.
 *
 * @param owner as they were before
 * @param notice what they are told of
 * @param asked the language of the request, where the account has none
 */
export function tellOwner(
  owner: { id: number; email: string; locale: string | null },
  notice: Notice,
  asked: Locale,
): void {
  sendLetter(async () =>
    (await isWithin('noticeLetter', owner.id)) ? noticeLetter(receiverOf(owner, asked), notice) : null,
  );
}
