import { z } from 'zod';
import { encodeFrame, readFrames, textFrame, type Frame, type FrameSpec } from '../frames';
import { readAnswers } from '../http-answers';
import type { Case, Kind } from '../kind';
import { Line } from '../line';
import { fill, mutate, NUMBERS } from '../mutator';
import type { Random } from '../random';
import { judgeAll, valuesOf } from './http';
import { judgeAcknowledgement } from '../acknowledgements';

const UPGRADE = Buffer.from(
  [
    'GET /ws/chat/arena?since=3 HTTP/1.1',
    'Host: {HOST}',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    'Authorization: Bearer {TOKEN}',
    '',
    '',
  ].join('\r\n'),
);

const UPGRADE_WORDS = [
  'Sec-WebSocket-Version: 8\r\n',
  'Sec-WebSocket-Key: short\r\n',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=99\r\n',
  'Sec-WebSocket-Extensions: a;b="\\"\r\n',
  'Sec-WebSocket-Protocol: bearer, {TOKEN}\r\n',
  'Sec-WebSocket-Protocol: bearer\r\n',
  'Sec-WebSocket-Protocol: a, a, ,\r\n',
  'Upgrade: h2c\r\n',
  'Connection: close\r\n',
  'Origin: null\r\n',
  'Host: evil.example\r\n',
  'Content-Length: 4\r\n\r\nbody',
  '?after=-1&since=1',
  '?after=99999999999',
  '%00',
  '%f0%9f%92%a9',
  '/',
];

/** What clients say; each is also broken. */
const FRAMES = [
  '{"type":"message:send","id":1,"body":"Hello","clientMessageId":"3f0c9e6e-7f0e-4a43-9a53-0123456789ab"}',
  '{"type":"message:send","id":"a","body":"Привет 👋🏽"}',
  '{"type":"message:edit","id":2,"seq":3,"body":"edited"}',
  '{"type":"message:delete","id":3,"seq":4}',
  '{"type":"message:list","id":4,"before":10,"limit":5}',
  '{"type":"message:list","id":5,"around":3}',
  '{"type":"room:read","id":6,"seq":2}',
  '{"type":"typing","id":7,"typing":true}',
  '{"type":"member:list","id":8}',
  '{"type":"member:add","id":9,"username":"{USERNAME}"}',
  '{"type":"__proto__","id":10,"__proto__":{"type":"typing"}}',
  `{"type":"typing","id":11,"typing":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
].map((text) => Buffer.from(text));

const WORDS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\\u0000',
  '\\ud800',
  '"__proto__":1,',
  '"constructor":{},',
  '1e400',
  '\xff',
  '\xed\xa0\x80',
  '\0',
];

const OPCODES = [0, 1, 2, 3, 7, 8, 9, 10, 11, 15];
const CLOSES = [
  '',
  '\x03',
  '\x03\xe8',
  '\x03\xec',
  '\x03\xed',
  '\x03\xf7',
  '\x0f\xff',
  '\x10\x00',
  '\xff\xff',
  '\x03\xe8\xff\xfe',
];

function payloadOf(random: Random): Buffer {
  if (random.chance(0.02)) return Buffer.alloc(random.pick([131_071, 131_072, 131_073, 200_000]), 0x61);
  return mutate(random.pick(FRAMES), random, { donors: FRAMES, words: WORDS }).subarray(0, 200_000);
}

function frameOf(random: Random): Buffer {
  const payload = payloadOf(random);
  if (random.chance(0.7)) return encodeFrame({ opcode: 1, payload });
  const spec: FrameSpec = random.pick<() => FrameSpec>([
    () => ({ opcode: random.pick(OPCODES), payload: payload.subarray(0, random.pick([0, 1, 125, 126, 1_000])) }),
    () => ({ opcode: 2, payload }),
    () => ({ opcode: 8, payload: Buffer.from(random.pick(CLOSES), 'latin1') }),
    () => ({ opcode: 9, payload: payload.subarray(0, 126) }),
    () => ({ opcode: 10, payload: payload.subarray(0, 125) }),
    () => ({ opcode: 1, payload, masked: false }),
    () => ({ opcode: 1, payload, reserved: 1 + random.int(7) }),
    () => ({ opcode: 1, payload, fin: false }),
    () => ({ opcode: 0, payload, fin: random.chance(0.5) }),
    () => ({ opcode: 1, payload, length: Math.abs(Number(random.pick(NUMBERS))) || 0 }),
    () => ({ opcode: 1, payload: payload.subarray(0, 100), lengthBits: random.pick([16, 64] as const) }),
  ])();
  return encodeFrame({ ...spec, ...(Number.isFinite(spec.length ?? 0) ? {} : { length: 2 ** 53 }) });
}

const saidSchema = z.looseObject({ type: z.string() });
/** Codes that a server of ours may close with: RFC 6455's, and the contract's. */
const CLOSE_CODES = new Set([1000, 1001, 1002, 1003, 1007, 1008, 1009, 4401, 4403, 4404, 4408, 4429]);

function judgeFrame(one: Case, { opcode, payload }: Frame): string | null {
  if (opcode === 9 || opcode === 10) return null;
  if (opcode === 8) {
    const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
    one.count(`closed ${code}`);
    // A close frame is answered with its own code (RFC 6455, 5.5.1), whichever that was; no reserved one is ever sent.
    return CLOSE_CODES.has(code) || code === 1005 || (code >= 1010 && code <= 1014) || (code >= 3000 && code < 5000)
      ? null
      : `closed with ${code}`;
  }
  if (opcode !== 1) return `a frame with opcode ${opcode}`;
  const said = saidSchema.safeParse(JSON.parse(payload.toString()));
  if (!said.success) return 'a frame without a type';
  const { type, id: _id, ...answer } = said.data;
  if (type !== 'ack' && type !== 'error') return null;
  return judgeAcknowledgement(type === 'error' ? { ok: false, ...answer } : answer, (name) => one.count(name));
}

/** Judges what came after an upgrade. */
function judgeFrames(one: Case, sent: Buffer, received: Buffer): void {
  const { frames, wrong } = readFrames(received);
  const complaints = frames.map((frame) => judgeFrame(one, frame));
  for (const complaint of [wrong, ...complaints]) if (complaint !== null) one.found(complaint, sent);
}

/** Bytes of RFC 6455 as they should not be, on the plain WebSocket. */
export const websocket: Kind = {
  name: 'websocket',
  cases: { quick: 300, full: 10_000 },
  atOnce: 10,
  async run(one) {
    const { random, world } = one;
    const line = await Line.open(world.port);
    const isBroken = random.chance(0.2);
    const options = { donors: [UPGRADE], words: UPGRADE_WORDS };
    const upgrade = isBroken ? mutate(UPGRADE, random, options) : UPGRADE;
    line.write(fill(upgrade, valuesOf(one)));
    await line.quiet((bytes) => bytes.includes('room:joined'), isBroken ? 400 : undefined);
    const opening = line.take();
    const { answers, rest } = readAnswers(opening);
    if (answers[0]?.status !== 101) {
      judgeAll(one, upgrade, opening);
      line.cut();
      return;
    }
    one.count('101');
    const frames = Array.from({ length: 1 + random.int(6) }, () => fill(frameOf(random), valuesOf(one)));
    const sent = Buffer.concat(frames);
    // In pieces that end anywhere: what is read at once depends on the network.
    const cut = random.chance(0.3) ? random.int(sent.length) : sent.length;
    line.write(sent.subarray(0, cut));
    if (cut < sent.length) setImmediate(() => line.write(sent.subarray(cut)));
    await line.quiet(undefined, 150);
    if (!line.closed && random.chance(0.5)) {
      line.write(textFrame('{"type":"message:list","id":"last","limit":1}'));
      await line.quiet(undefined, 150);
    }
    line.cut();
    judgeFrames(one, sent, Buffer.concat([rest, line.take()]));
  },
};
