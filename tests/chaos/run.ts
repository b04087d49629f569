import { runTool } from '../../scripts/tool';
import { runChaos } from './chaos';
import { runMutations } from './mutation-run';
import { readOptions, type Options } from './options';
import { formatReport, type Report, type Scenario } from './report';

/*
 * npm run chaos [-- --quick | --full | --mutations | --nodes | --storm | --stalled | --soak 2h] [--seed N] [--only FAULT,…] [--verbose]
 * Real server processes and a real PostgreSQL under faults; everything that was promised is compared with everything that came of it.
 */

const SCENARIOS: Record<'storm' | 'stalled' | 'soak', () => Promise<Scenario>> = {
  storm: async () => (await import('./load/storm')).runStorm,
  stalled: async () => (await import('./load/stalled')).runStalled,
  soak: async () => (await import('./load/soak')).runSoak,
};

function told(report: Report): Report {
  process.stdout.write(`\n${formatReport(report)}\n\n`);
  return report;
}

async function runScenario(
  name: keyof typeof SCENARIOS,
  { seed, durationMs }: Options,
  quick: boolean,
): Promise<Report> {
  const run = await SCENARIOS[name]();
  return told(await run({ seed, quick, ...(durationMs !== undefined && { durationMs }) }));
}

async function runAll(options: Options, signal: AbortSignal): Promise<Report[]> {
  const { mode, seed, only, verbose } = options;
  switch (mode) {
    case 'mutations':
      return [told(await runMutations(seed))];
    case 'quick':
    case 'nodes':
      return [await runChaos({ length: mode, seed, only, verbose, signal })];
    case 'full': {
      const reports = [await runChaos({ length: mode, seed, only, verbose, signal })];
      if (only) return reports;
      for (const name of ['storm', 'stalled'] as const) {
        if (!signal.aborted) reports.push(await runScenario(name, options, false));
      }
      return reports;
    }
    default:
      return [await runScenario(mode, options, false)];
  }
}

await runTool(async () => {
  const options = readOptions(process.argv.slice(2));
  const replay = `npm run chaos -- --${options.mode}${options.duration ? ` ${options.duration}` : ''} --seed ${options.seed}${
    options.only ? ` --only ${options.only.join(',')}` : ''
  }`;
  process.stdout.write(`Seed ${options.seed}: ${replay}\n`);
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The second one does not wait for the fault that is under way; what was started is ended all the same.
      if (abort.signal.aborted) process.exit(1);
      process.stdout.write('Ending after this fault; once more ends at once\n');
      abort.abort();
    });
  }
  const reports = await runAll(options, abort.signal);
  const good = !abort.signal.aborted && reports.every((report) => report.good);
  process.stdout.write(`${abort.signal.aborted ? 'Cut short' : good ? 'Good' : 'BROKEN'}: ${replay}\n`);
  process.exit(good ? 0 : 1);
});
