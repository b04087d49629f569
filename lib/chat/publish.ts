import { bus, type BusEvent } from '../bus';
import { log } from '../log';

/**
 * Tells the process what was committed. A listener that fails is logged and nothing more: what is stored is stored, and must
 * neither be refused nor written again because somebody could not be told.
 */
export function publish(event: BusEvent): void {
  try {
    bus().publish(event);
  } catch (error) {
    log.error({ err: error, event: event.type }, 'a committed change could not be told');
  }
}
