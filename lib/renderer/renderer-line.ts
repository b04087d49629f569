import type { ChildProcess } from 'node:child_process';
import { bus } from '../bus';
import { hearClosings } from '../chat/closings';
import { counters } from '../limits';
import type { MetricList } from '../metrics-process';
import type { FromRenderer, ToRenderer } from './line';

/** The service's end of the line to one renderer. */
export interface RendererLine {
  tell(message: ToRenderer): void;
  /** The metrics of its process; none where it does not answer in time. */
  metrics(): Promise<MetricList>;
}

/** Milliseconds that it gets to tell its metrics: it may be busy with a page, or stand still. */
const METRICS_MS = 1_000;

/**
 * Ties a renderer to this process, for as long as it lives.
 *
 * @param onReady called once it makes pages
 */
export function joinRenderer(child: ChildProcess, onReady: () => void): RendererLine {
  const tell = (message: ToRenderer): void => {
    // It may have ended a moment ago, of which its `exit` tells.
    if (child.connected) child.send(message, () => undefined);
  };
  const scrapes = new Map<number, (metrics: MetricList) => void>();
  let asked = 0;
  const metrics = (): Promise<MetricList> =>
    new Promise((resolve) => {
      const id = ++asked;
      const settle = (list: MetricList) => {
        clearTimeout(late);
        scrapes.delete(id);
        resolve(list);
      };
      const late = setTimeout(() => settle([]), METRICS_MS);
      scrapes.set(id, settle);
      tell({ kind: 'metrics', id });
    });
  child.on('message', (message: FromRenderer) => {
    const answer = (id: number, value: number) => tell({ kind: 'answer', id, value });
    // Of anything else that Next itself may say nothing is known.
    switch (message.kind) {
      case 'ready':
        return void onReady();
      case 'event':
        return void bus().publish(message.event);
      case 'refund':
        return void counters().refund(message.name, message.key, message.points);
      case 'metrics':
        return void scrapes.get(message.id)?.(message.metrics);
      case 'closings':
        return void answer(message.id, 0);
      case 'consume':
        void counters()
          .consume(message.name, message.key, message.points)
          .then((value) => answer(message.id, value));
    }
  });
  child.once(
    'exit',
    hearClosings((roomId) => tell({ kind: 'closing', roomId })),
  );
  return { tell, metrics };
}
