import { bus } from '../bus';
import { awaitClosings, noteClosing } from '../chat/closings';
import { countElsewhere } from '../limits';
import { processMetrics } from '../metrics-process';
import type { FromRenderer, Question, ToRenderer } from './line';

/** What the renderer is told that is its own business. */
export interface Orders {
  /** the database may be used now */
  onDatabase: (url: string) => void;
  /** it is to finish */
  onStop: () => void;
  /** the service is gone, however it ended */
  onOrphaned: () => void;
}

/**
 * Ties this process to the service that has forked it: what is published here is published there, uses are counted there, and the
 * service's closings of rooms are known here.
 *
 * @returns tells the service that pages can be made
 */
export function joinService({ onDatabase, onStop, onOrphaned }: Orders): () => void {
  const waiting = new Map<number, (value: number) => void>();
  let asked = 0;
  const tell = (message: FromRenderer): void => {
    if (process.connected) process.send?.(message);
  };
  const ask = (question: Question): Promise<number> =>
    new Promise((resolve) => {
      waiting.set(++asked, resolve);
      tell({ ...question, id: asked });
    });

  process.on('disconnect', onOrphaned);
  // While this was loading nobody would have heard of it.
  if (!process.connected) onOrphaned();
  process.on('message', (message: ToRenderer) => {
    if (message.kind === 'database') onDatabase(message.url);
    else if (message.kind === 'stop') onStop();
    else if (message.kind === 'closing') noteClosing(message.roomId);
    else if (message.kind === 'metrics') {
      void processMetrics('renderer').then((metrics) => tell({ kind: 'metrics', id: message.id, metrics }));
    } else {
      waiting.get(message.id)?.(message.value);
      waiting.delete(message.id);
    }
  });
  bus().subscribe((event) => tell({ kind: 'event', event }));
  awaitClosings(async () => void (await ask({ kind: 'closings' })));
  countElsewhere({
    consume: (name, key, points) => ask({ kind: 'consume', name, key, points }),
    refund: (name, key, points) => tell({ kind: 'refund', name, key, points }),
  });
  return () => tell({ kind: 'ready' });
}
