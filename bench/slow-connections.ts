import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { summarize, table } from './statistics';

const CONNECTIONS = 4_000;
/** Milliseconds between two bytes of a slow sender. */
const DRIP_MS = 5_000;
/** Milliseconds for which health is asked for, every 50 of them. */
const WATCH_MS = 60_000;
const ASK_MS = 50;
/** Milliseconds, at p99. */
const BUDGET = 1_000;

interface Slow {
  name: string;
  begin: (socket: Socket, asset: string) => void;
  /** what is sent now and then; null where the slowness is in the reading */
  drip: string | null;
}

const SLOW: Slow[] = [
  { name: 'header', begin: (socket) => socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nX-A: '), drip: 'a' },
  {
    name: 'body',
    begin: (socket) =>
      socket.write(
        'POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 65536\r\n\r\n{',
      ),
    drip: ' ',
  },
  {
    name: 'read',
    // As much as one connection may ask for, and nothing of it is read.
    begin: (socket, asset) => {
      socket.pause();
      socket.write(`GET ${asset} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(4));
    },
    drip: null,
  },
];

async function askHealth(url: string, until: number): Promise<{ times: number[]; failed: number }> {
  const asked: Promise<number | null>[] = [];
  while (performance.now() < until) {
    const begun = performance.now();
    asked.push(
      fetch(`${url}/api/health/ready`, { headers: { connection: 'close' } }).then(
        async (response) => {
          await response.text();
          return response.ok ? performance.now() - begun : null;
        },
        () => null,
      ),
    );
    await sleep(ASK_MS);
  }
  const answers = await Promise.all(asked);
  const times = answers.filter((time) => time !== null);
  return { times, failed: answers.length - times.length };
}

/** The largest script that the first page names: something to read slowly. */
async function largestAsset(url: string): Promise<string> {
  const page = await (await fetch(`${url}/login`)).text();
  const paths = [...new Set([...page.matchAll(/"(\/_next\/static\/[^"\\]+\.js)"/g)].map(([, path = '']) => path))];
  const sizes = await Promise.all(
    paths.map(async (path) => ({ path, size: (await (await fetch(url + path)).arrayBuffer()).byteLength })),
  );
  const [largest] = sizes.toSorted((a, b) => b.size - a.size);
  if (!largest) throw new Error('The page names no script');
  return largest.path;
}

/** What health takes while thousands of connections send or read as slowly as they can. */
export async function measureSlowConnections(url: string): Promise<string> {
  const { port } = new URL(url);
  const asset = await largestAsset(url);
  const before = await askHealth(url, performance.now() + 5_000);
  const sockets: Socket[] = [];
  let ended = 0;
  let stopped = false;
  // Whoever is let go comes back at once, so that the attack keeps its size.
  const open = (slow: Slow, place: number): void => {
    const socket = connect(Number(port), 'localhost');
    sockets[place] = socket;
    socket.on('error', () => undefined);
    socket.on('connect', () => slow.begin(socket, asset));
    const dripping = setInterval(() => slow.drip !== null && socket.writable && socket.write(slow.drip), DRIP_MS);
    socket.on('close', () => {
      clearInterval(dripping);
      if (stopped) return;
      ended++;
      open(slow, place);
    });
  };
  const watching = askHealth(url, performance.now() + WATCH_MS);
  for (let place = 0; place < CONNECTIONS; place++) {
    const slow = SLOW[place % SLOW.length];
    if (slow) open(slow, place);
    if (place % 100 === 99) await sleep(200);
  }
  const during = await watching;
  stopped = true;
  for (const socket of sockets) socket.destroy();
  const rows = [['before', before] as const, [`beside ${CONNECTIONS}`, during] as const].map(
    ([name, { times, failed }]) => {
      const { count, p50, p95, p99, max } = summarize(times);
      return [name, String(count), p50, p95, p99, max, String(failed)];
    },
  );
  return `Health beside ${CONNECTIONS} slow connections (header, body, read; ${ended} were let go and came back), in ms (budget ${BUDGET} at p99)\n${table(['', 'count', 'p50', 'p95', 'p99', 'max', 'failed'], rows)}`;
}
