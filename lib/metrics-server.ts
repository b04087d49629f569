import { createServer, type ServerResponse } from 'node:http';
import type { MetricsSettings } from './env';
import { listen } from './listening';
import { log } from './log';
import { asText, processMetrics, type MetricList } from './metrics-process';
import { createMetricsRegistry } from './metrics-registry';

/** Prometheus' text format, as it asks for it by default. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';
/** Milliseconds that a request, and a silent connection, may last. Prometheus itself gives up after ten seconds. */
const TIMEOUT = 10_000;

/** By which settings the port of metrics is known. */
export const METRICS_NAMES = { host: 'METRICS_HOST', port: 'METRICS_PORT' };

/**
 * Answers `GET /metrics` on a port of its own, which nothing else is answered on.
 *
 * @param ofRenderer asks the process that makes pages for its metrics; none where it is away
 * @returns the port, and what closes it
 * @throws StartError in one line
 */
export async function serveMetrics(
  { host, port }: MetricsSettings,
  ofRenderer: () => Promise<MetricList>,
): Promise<{ port: number; close: () => Promise<void> }> {
  const registry = await createMetricsRegistry();
  // The first call begins to watch.
  await processMetrics('service');

  async function answer(response: ServerResponse): Promise<void> {
    const lists = await Promise.all([registry.getMetricsAsJSON(), processMetrics('service'), ofRenderer()]);
    const body = await asText(lists);
    response.writeHead(200, { 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' }).end(body);
  }

  const server = createServer(
    { requestTimeout: TIMEOUT, headersTimeout: TIMEOUT },
    ({ method, url = '' }, response) => {
      if (url.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
      if (method !== 'GET' && method !== 'HEAD') return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
      answer(response).catch((error: unknown) => {
        log.warn({ err: error }, 'The metrics could not be told');
        response.writeHead(503).end();
      });
    },
  );
  server.timeout = TIMEOUT;
  const listening = await listen(server, host, port, METRICS_NAMES);
  return {
    port: listening,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
