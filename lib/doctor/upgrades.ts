import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import type { Duplex } from 'node:stream';
import { bad, good, warning, type Finding } from './finding';
import { ownProblem, PATIENCE, unreachable } from './public-address';

/** What came of asking for a WebSocket: an answer, or the first bytes over one. */
interface Outcome {
  status: number;
  text: string;
}

/** The first bytes that come over a connection, at most for a moment. */
async function firstBytes(socket: Duplex, head: Buffer): Promise<string> {
  if (head.length > 0) return head.toString('latin1');
  const [bytes] = (await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE) }).catch(() => [])) as unknown[];
  return Buffer.isBuffer(bytes) ? bytes.toString('latin1') : '';
}

/** Asks for a WebSocket as RFC 6455, 4.1, says, without a credential. */
function upgrade(url: URL): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
      agent: false,
      signal: AbortSignal.timeout(2 * PATIENCE),
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
      },
    });
    request.once('error', reject);
    request.once('response', (response: IncomingMessage) => {
      readText(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    request.once('upgrade', (_response, socket, head) => {
      socket.on('error', () => undefined);
      void firstBytes(socket, head).then((text) => {
        socket.destroy();
        resolve({ status: 101, text });
      });
    });
    request.end();
  });
}

const PASS_ON =
  'have the proxy pass the upgrade on: in nginx "proxy_http_version 1.1", "proxy_set_header Upgrade $http_upgrade" and "proxy_set_header Connection upgrade" for';

/** What stands for a passage, whatever else the application says of it. */
function judge(subject: string, path: string, { status, text }: Outcome): Finding {
  const problem = ownProblem(text);
  if (problem?.code === 'unauthenticated') return good(subject, 'a WebSocket gets through');
  if (problem?.code === 'rate_limited' || problem?.code === 'unavailable') {
    return warning(
      subject,
      `a WebSocket gets through, and is refused for now (${problem.code})`,
      'try again in a minute',
    );
  }
  if (problem)
    return bad(subject, `the application refuses it: ${problem.detail ?? problem.code}`, 'correct NEXTAUTH_URL');
  return bad(subject, `no WebSocket gets through: ${status} instead of an upgrade`, `${PASS_ON} ${path}`);
}

async function checkSocketIo(base: URL): Promise<Finding> {
  const [subject, path] = ['/socket.io/', '/socket.io/'];
  const outcome = await upgrade(new URL(`${path}?EIO=4&transport=websocket`, base));
  if (outcome.status !== 101) return judge(subject, path, outcome);
  // Engine.IO says hello before it asks who is there.
  if (outcome.text.includes('"sid"')) return good(subject, 'a WebSocket gets through');
  return bad(
    subject,
    'a WebSocket opens, but nothing comes over it',
    'have the proxy not buffer answers for /socket.io/',
  );
}

async function checkPlain(base: URL): Promise<Finding> {
  // Nobody without a credential learns whether there is such a room.
  return judge('/ws/', '/ws/', await upgrade(new URL('/ws/chat/doctor', base)));
}

/** Whether both kinds of WebSocket get through the public address. The application refuses them in its own words, which proves it. */
export async function checkUpgrades(base: URL): Promise<Finding[]> {
  const checks = [
    { subject: '/socket.io/', check: checkSocketIo },
    { subject: '/ws/', check: checkPlain },
  ];
  return Promise.all(
    checks.map(({ subject, check }) => check(base).catch((error: unknown) => unreachable(subject, base.origin, error))),
  );
}
