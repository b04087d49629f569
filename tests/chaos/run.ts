import { runTool } from '../../scripts/tool';
import { runChaos } from './chaos';
import { readOptions } from './options';

/*
 * npm run chaos [-- --quick | --full | --storm | --stalled | --soak 2h] [--seed N] [--only FAULT,…] [--verbose]
 * Real server processes and a real PostgreSQL under faults; everything that was promised is compared with everything that came of it.
 */

await runTool(async () => {
  const good = await runChaos(readOptions(process.argv.slice(2)));
  process.exit(good ? 0 : 1);
});
