import { encodeFrame } from '../frames';
import { isWhole, patienceFor, readAnswers } from '../http-answers';
import type { Case, Kind } from '../kind';
import { Line } from '../line';
import { fill, mutate } from '../mutator';
import { judgeAll, valuesOf } from './http';

const PATH = '/socket.io/?EIO=4&transport=polling';

function requestOf(method: string, query: string, body?: string, extra: readonly string[] = []): Buffer {
  const length = body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`, 'Content-Type: text/plain'];
  const lines = [
    `${method} ${PATH}${query} HTTP/1.1`,
    'Host: {HOST}',
    'Authorization: Bearer {TOKEN}',
    ...length,
    ...extra,
  ];
  return Buffer.from([...lines, '', body ?? ''].join('\r\n'));
}

const UPGRADE = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

/** Engine.IO packets (protocol 4), alone and several in one body. */
const PAYLOADS = [
  '40',
  '40{"token":"{TOKEN}"}',
  '40/admin,{"token":"{TOKEN}"}',
  '3',
  '2probe',
  '1',
  '5',
  '6',
  '42["room:list",{}]',
  '420["room:list",{}]\x1e421["room:join",{"room":"arena"}]',
  '40{"token":"{TOKEN}"}\x1e3\x1e420["message:send",{"room":"arena","body":"polled"}]',
  'bAQIDBA==',
  '451-["message:send",{"_placeholder":true,"num":0}]\x1ebAQID',
  '\x1e\x1e\x1e',
];

const DONORS = [
  ...PAYLOADS.map((payload) => requestOf('POST', '&sid={SID}', payload)),
  requestOf('GET', '&sid={SID}'),
  requestOf('GET', '&sid={SID}&t=abc&b64=1&j=0'),
  requestOf('GET', ''),
  requestOf('OPTIONS', '', undefined, ['Origin: http://{HOST}', 'Access-Control-Request-Method: POST']),
  requestOf('GET', '&sid={SID}', undefined, UPGRADE),
];

const WORDS = [
  '\x1e',
  'b',
  'bAQ==',
  '4',
  '6',
  '9',
  '&sid=__proto__',
  '&sid=constructor',
  '&sid={SID}&sid={SID}',
  '&transport=websocket',
  '&transport=webtransport',
  '&transport=__proto__',
  '&EIO=3',
  '&EIO=constructor',
  '&j=0);alert(1)',
  'Content-Type: application/octet-stream\r\n',
  'Content-Type: multipart/form-data\r\n',
  'Content-Length: 131073\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Accept-Encoding: gzip, deflate, br\r\n',
  'Origin: http://evil.example\r\n',
  'a'.repeat(140_000),
];

const HANDSHAKE = requestOf('GET', '');

/** Opens a session for long polling. @returns its id; one that is none where the handshake was broken */
async function handshake(one: Case): Promise<string> {
  const isBroken = one.random.chance(0.2);
  const bytes = isBroken ? mutate(HANDSHAKE, one.random, { donors: DONORS, words: WORDS }) : HANDSHAKE;
  const received = await exchange(one, bytes, fill(bytes, valuesOf(one)));
  return /"sid":"([\w-]+)"/.exec(received.toString('latin1'))?.[1] ?? 'nobody';
}

/** Sends a request and judges what comes. A poll that nothing is there for is not waited for. */
async function exchange(one: Case, evidence: Buffer, bytes: Buffer, frames: Buffer = Buffer.alloc(0)): Promise<Buffer> {
  const line = await Line.open(one.world.port);
  line.write(bytes);
  const isPoll = bytes.includes('sid=') && bytes.toString('latin1', 0, 4) === 'GET ';
  await line.quiet(isWhole, isPoll ? 150 : patienceFor(bytes));
  if (readAnswers(line.peek()).answers[0]?.status === 101) {
    line.write(frames);
    await line.quiet(undefined, 150);
  }
  line.cut();
  const received = line.take();
  judgeAll(one, evidence, received);
  return received;
}

/** Long polling and the way from it to a WebSocket, broken. */
export const engineio: Kind = {
  name: 'engineio',
  cases: { quick: 250, full: 10_000 },
  atOnce: 12,
  async run(one) {
    const { random } = one;
    const sid = await handshake(one);
    const values = { ...valuesOf(one), SID: sid };
    const hello = requestOf('POST', '&sid={SID}', '40{"token":"{TOKEN}"}');
    if (random.chance(0.5)) await exchange(one, hello, fill(hello, { ...values }));
    const requests = Array.from({ length: 1 + random.int(3) }, () => {
      const whole = random.pick(DONORS);
      return mutate(whole, random, { donors: DONORS, words: WORDS });
    });
    const probe = [
      ...random.pick([['2probe', '5'], ['5'], ['2probe', '2probe', '6', '5', '5'], ['\xff', '7', 'b']]),
    ].map((text) =>
      encodeFrame({
        opcode: random.pick([1, 1, 1, 2]),
        payload: mutate(Buffer.from(text, 'latin1'), random, { donors: DONORS, words: WORDS.slice(0, 6) }),
      }),
    );
    const send = (bytes: Buffer) => exchange(one, bytes, fill(bytes, values), Buffer.concat(probe));
    // Two polls, or two posts, of one session at once are an error that Engine.IO answers with its end.
    if (random.chance(0.3)) await Promise.all(requests.map(send));
    else for (const request of requests) await send(request);
    const bye = requestOf('POST', '&sid={SID}', '1');
    await exchange(one, bye, fill(bye, values));
  },
};
