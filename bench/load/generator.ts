import { z } from 'zod';
import { Crowd } from './crowd';
import { ORDER_SCHEMA, type Order } from './orders';
import { run } from './run';

/*
 * A process full of clients, which does what its parent orders. Started by `LoadGenerator`.
 */

const crowd = new Crowd();

async function obey(order: Order): Promise<unknown> {
  if (order.name === 'connect') return crowd.connect(order);
  if (order.name === 'run') return run(crowd, order);
  await crowd.quiet();
  return null;
}

const envelopeSchema = z.object({ id: z.number(), order: ORDER_SCHEMA });

process.on('message', (message) => {
  const { id, order } = envelopeSchema.parse(message);
  void obey(order).then((result) => process.send?.({ id, result }));
});
process.on('disconnect', () => process.exit(0));
