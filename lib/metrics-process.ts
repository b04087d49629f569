import type { AggregatorRegistry, Registry } from 'prom-client';

/** Metrics as one process hands them to another. */
export type MetricList = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The two processes of a node. */
export type ProcessName = 'service' | 'renderer';

let registry: Promise<Registry> | undefined;

async function createProcessRegistry(name: ProcessName): Promise<Registry> {
  // Loading it takes 40 ms, which only those wait for who are scraped.
  const { collectDefaultMetrics, Registry } = await import('prom-client');
  const made = new Registry();
  collectDefaultMetrics({ register: made, labels: { process: name } });
  return made;
}

/**
 * What Node tells of this process: CPU, memory, garbage collection, lag of the event loop since it was last asked. Watching begins with the
 * first call.
 *
 * @param name under which label `process` it appears
 */
export async function processMetrics(name: ProcessName): Promise<MetricList> {
  return (await (registry ??= createProcessRegistry(name))).getMetricsAsJSON();
}

/**
 * Metrics of several processes as one text in Prometheus' format, each name announced once.
 *
 * @param lists which share no series: they differ in a label
 */
export async function asText(lists: MetricList[]): Promise<string> {
  const { AggregatorRegistry: Aggregator }: { AggregatorRegistry: typeof AggregatorRegistry } =
    await import('prom-client');
  // Nothing is added up; "first" keeps what prom-client would leave out of a sum, such as when a process started.
  const kept = lists.map((list) => list.map((metric) => ({ ...metric, aggregator: 'first' as const })));
  return Aggregator.aggregate(kept).metrics();
}
