import type { IncomingMessage, ServerResponse } from 'node:http';
import { env, setEnv } from '@/lib/env';
import { createFront } from '@/lib/http/front';
import { PAGE_STATUS_HEADER } from '@/lib/http/next-headers';
import { createHttpServer, drain } from '@/lib/http-server';
import { listen } from '@/lib/listening';
import { createRealtime, type RealtimeOptions } from '@/lib/realtime/attach';
import { BEHIND_NGINX } from './behind-nginx';
import { startNginx } from './nginx';

/**
 * Puts nginx in front where the run is about what it makes of the contract (the project "nginx" of vitest.config.ts).
 *
 * @param port the service's own
 */
async function front(port: number): Promise<{ url: string; port: number; stop(): Promise<void> }> {
  if (!BEHIND_NGINX) return { url: `http://localhost:${port}`, port, stop: () => Promise.resolve() };
  setEnv({ ...env(), trustProxy: 1 });
  return startNginx(port);
}

export interface InProcessServer {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Pages are not part of it: whatever the front door leaves to Next is told so, but for the status of a form's page. */
function noPages(request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.writeHead(Number(request.headers[PAGE_STATUS_HEADER] ?? 501)).end('pages are not served in this test');
  return Promise.resolve();
}

/**
 * Front door and sockets on this test file's database, in the test's own process: quick, and needs no build.
 *
 * @param options for what a test could not wait for
 */
export async function startInProcess(options?: RealtimeOptions): Promise<InProcessServer> {
  const server = createHttpServer();
  const realtime = createRealtime(options);
  server.on(
    'request',
    createFront(noPages, (request, response) => realtime.handleRequest(request, response)),
  );
  server.on('upgrade', realtime.handleUpgrade);
  const door = await front(await listen(server, 'localhost', 0));
  return {
    url: door.url,
    port: door.port,
    async stop() {
      await Promise.all([drain(server), realtime.close()]);
      await door.stop();
    },
  };
}
