import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

/** Milliseconds between two looks whether the inspector listens, and how often to look. */
const LOOK = { pause: 50, times: 100 };

const targetsSchema = z.tuple([z.object({ webSocketDebuggerUrl: z.url() })]);

async function inspectorOf(pid: number, port: number): Promise<string> {
  process.kill(pid, 'SIGUSR1');
  for (let look = 0; look < LOOK.times; look++) {
    await sleep(LOOK.pause);
    const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
    if (answer) return targetsSchema.parse(await answer.json())[0].webSocketDebuggerUrl;
  }
  throw new Error(`No inspector listens on port ${port}`);
}

/**
 * Has a Node process collect its garbage, by way of its inspector (Chrome DevTools Protocol, `HeapProfiler.collectGarbage`): how much of
 * it lies around is a matter of luck, and of megabytes.
 *
 * @param port its `--inspect-port`
 */
export async function collectGarbage(pid: number, port: number): Promise<void> {
  const socket = new WebSocket(await inspectorOf(pid, port));
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' }));
  await once(socket, 'message');
  socket.close();
  await once(socket, 'close');
}
