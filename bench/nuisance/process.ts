import { BadClient } from './client';
import { NUISANCE_SCHEMA, type NuisanceReport } from './orders';

/*
 * A process full of clients that behave badly. Started by `Nuisance`, whose first message says how; every other one asks for a report.
 */

const told = new Map<string, number>();
let sent = 0;
const watch = {
  sent: () => sent++,
  told: (what: string) => told.set(what, (told.get(what) ?? 0) + 1),
};

process.once('message', (message) => {
  const order = NUISANCE_SCHEMA.parse(message);
  for (const client of order.clients) new BadClient(order, client, watch);
  process.on('message', () => {
    const report: NuisanceReport = { sent, told: [...told] };
    process.send?.(report);
  });
});
process.on('disconnect', () => process.exit(0));
