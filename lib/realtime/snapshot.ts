import { closedSince } from '../chat/closings';
import type { MessagePage } from '../contracts/entities';
import { AppError } from '../contracts/errors';
import type { Subscription } from './subscription';

/** Readings until a room is given up that is older each time than it was: its database was put back by hand. */
const ATTEMPTS = 5;

/**
 * The page of a room that a subscription can go on from: all that is told later is in what it gathers. Mostly that is the page that was read
 * to let somebody in. Of a room that nobody has heard here, or not since, what was told in between is not known: it is read once more; and
 * once more where another's newer page has come first, and the channel began with that. So is a room that was closed to somebody meanwhile:
 * whoever looks for them from now on finds this connection.
 *
 * @param first read before the subscription began
 * @param moment of `closingsSoFar`, before that
 * @param again reads the page anew
 * @throws AppError `unavailable`, and what `again` throws
 */
export async function snapshotFor(
  subscription: Subscription,
  first: MessagePage,
  moment: number,
  again: () => Promise<MessagePage>,
): Promise<MessagePage> {
  if (!closedSince(moment, first.room.id) && subscription.follows(first.room.revision)) return first;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const page = await again();
    if (subscription.begin(page.room.revision)) return page;
  }
  throw new AppError('unavailable', 'The room could not be read: try again shortly.', { retryAfterMs: 1_000 });
}
