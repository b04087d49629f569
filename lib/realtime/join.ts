import { closingsSoFar } from '../chat/closings';
import { dispatch } from '../chat/commands';
import { toRoomName } from '../contracts/values';
import type { Channel } from './channel';
import { closed, type Connection } from './connection';
import type { Hub } from './hub';
import { snapshotFor } from './snapshot';
import type { Subscription } from './subscription';

/** What a call answers, and what happens once the answer has left. */
export interface Answer {
  result: object;
  afterwards?: () => void;
}

/**
 * Reads a room, and hears it from there on: what is told meanwhile is gathered, or is still remembered.
 *
 * @param input what `room:join` takes, unparsed
 * @throws AppError as `dispatch` of `room:join`
 */
export async function join(hub: Hub, connection: Connection, input: object): Promise<Answer> {
  const address = 'room' in input && typeof input.room === 'string' ? toRoomName(input.room) : '';
  for (let earlier = connection.joining?.get(address); earlier; earlier = connection.joining?.get(address))
    await earlier;
  const present = hub.joined(connection, address);
  if (present) hub.subscribe(connection, present.roomId, present.name);
  let answered: () => void = () => undefined;
  const joining = new Promise<void>((resolve) => (answered = resolve)).then(() => {
    if (connection.joining?.get(address) === joining) connection.joining.delete(address);
    if (connection.joining?.size === 0) connection.joining = undefined;
  });
  (connection.joining ??= new Map<string, Promise<void>>()).set(address, joining);
  let entered: Subscription | undefined;
  const resume = (channel?: Channel) => channel?.subscriptions.get(connection)?.resume();
  try {
    const moment = closingsSoFar();
    const read = () => dispatch(connection.actor, 'room:join', input);
    let page = await read();
    if (connection.gone) throw closed();
    const subscription = hub.subscribe(connection, page.room.id, page.room.name);
    if (subscription.channel !== present) {
      entered = subscription;
      resume(present);
    }
    page = await snapshotFor(subscription, page, moment, read);
    // They may have been let in again by a node that was not heard.
    connection.readmit(page.room.id);
    const afterwards = () => {
      subscription.open(page.room.revision);
      answered();
    };
    return { result: page, afterwards };
  } catch (error) {
    answered();
    if (entered) hub.unsubscribe(connection, entered.channel.roomId);
    else resume(present);
    throw error;
  }
}
