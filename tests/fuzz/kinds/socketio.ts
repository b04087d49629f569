import fc from 'fast-check';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { rawText } from '../../harness/raw-text';
import { judgeAcknowledgement } from '../acknowledgements';
import { callsArbitrary, isLegal, type Call } from '../calls';
import type { Case, Kind } from '../kind';
import { fill, mutate } from '../mutator';
import type { Random } from '../random';
import { valuesOf } from './http';

/** Socket.IO packets (protocol 5) in Engine.IO messages. */
const PACKETS = [
  '420["room:list",{}]',
  '421["room:join",{"room":"arena","since":2}]',
  '422["message:send",{"room":"arena","body":"Hello","clientMessageId":"3f0c9e6e-7f0e-4a43-9a53-0123456789ab"}]',
  '423["message:list",{"room":"arena","before":10,"limit":5}]',
  '424["message:edit",{"room":"arena","seq":3,"body":"edited"}]',
  '425["room:search",{"q":"ar","cursor":"WzAsMCwiYSJd","limit":5}]',
  '426["typing",{"room":"arena","typing":true}]',
  '42["room:leave",{"room":"arena"}]',
  '451-7["message:send",{"room":"arena","body":{"_placeholder":true,"num":0}}]',
  '452-["message:send",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]',
  '461-3[{"_placeholder":true,"num":0}]',
  '43999[{"ok":true}]',
  '43-1["__proto__"]',
  '42/admin,1["room:list",{}]',
  '40{"token":"{TOKEN}"}',
  '40/admin,{"token":"{TOKEN}"}',
  '44{"message":"no"}',
  '41',
  '3',
  '2',
  '2probe',
  '1',
  '5',
  '6',
  '42["constructor",{"__proto__":{"room":"arena"}}]',
  '42["disconnect"]',
  '42["connect_error","x"]',
  '42[]',
  '42{}',
  '42["error"]',
].map((text) => Buffer.from(text));

const WORDS = [
  '4',
  '42',
  '45999999999-',
  '451-',
  '/',
  ',',
  '[',
  '{',
  '"',
  '"__proto__":{"toString":1},',
  '"toString":{},',
  '{"_placeholder":true,"num":-1}',
  '{"_placeholder":true,"num":1e9}',
  '{"_placeholder":true}',
  '\\u0000',
  '\\ud800',
  '1e400',
  `${'['.repeat(3_000)}${']'.repeat(3_000)}`,
  `"${'x'.repeat(100_000)}",`,
];

/** Milliseconds for an answer that has to come, and for those that may. */
const PATIENCE = 8_000;
const PERHAPS = 200;

const openedSchema = z.tuple([z.unknown()]);

/** A signed-in connection, spoken by hand. */
async function open(one: Case): Promise<{ socket: WebSocket; heard: string[]; more: () => Promise<void> }> {
  const { world, attacker } = one;
  const socket = new WebSocket(`ws://localhost:${world.port}/socket.io/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  let tell: () => void = () => undefined;
  const more = () => new Promise<void>((resolve) => (tell = resolve));
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('close', () => reject(new Error(`Closed before it was connected: ${heard.join('\n')}`)));
    socket.on('close', () => tell());
    socket.on('message', (data) => {
      const text = rawText(data);
      if (text.startsWith('0')) socket.send(`40${JSON.stringify({ token: attacker.token })}`);
      else if (text === '2') socket.send('3');
      else heard.push(text);
      if (text.startsWith('40')) resolve();
      if (text.startsWith('44')) reject(new Error(text));
      tell();
    });
  });
  return { socket, heard, more };
}

/** The acknowledgement with this number, once it is there. */
function acknowledgement(heard: readonly string[], id: number): unknown {
  const found = heard.find((text) => text.startsWith(`43${id}[`));
  return found === undefined ? undefined : openedSchema.parse(JSON.parse(found.slice(found.indexOf('['))))[0];
}

async function sendBroken(one: Case, random: Random): Promise<void> {
  const { socket, heard } = await open(one);
  const packets = Array.from({ length: 1 + random.int(8) }, () => {
    const packet = mutate(random.pick(PACKETS), random, { donors: PACKETS, words: WORDS });
    return { packet, binary: random.chance(0.15) };
  });
  for (const { packet, binary } of packets) socket.send(fill(packet, valuesOf(one)), { binary });
  await new Promise((resolve) => setTimeout(resolve, PERHAPS));
  socket.terminate();
  const evidence = Buffer.concat(packets.flatMap(({ packet }) => [packet, Buffer.from('\n')]));
  for (const text of heard) {
    const [, id, json] = /^43(\d+)(\[.*)$/s.exec(text) ?? [];
    if (id === undefined || json === undefined) continue;
    const wrong = judgeAcknowledgement(openedSchema.parse(JSON.parse(json))[0], (name) => one.count(name));
    if (wrong !== null) one.found(wrong, evidence);
  }
}

/** Calls whose arguments were made up by the schemas: every one has to be answered, and what breaks its schema be refused. */
async function callMadeUp(one: Case, calls: readonly Call[]): Promise<void> {
  const { socket, heard, more } = await open(one);
  const begun = performance.now();
  calls.forEach(({ name, args }, id) => socket.send(`42${id}${JSON.stringify([name, ...args])}`));
  const missing = () => calls.some((_, id) => acknowledgement(heard, id) === undefined);
  while (missing() && socket.readyState === socket.OPEN && performance.now() - begun < PATIENCE) {
    await Promise.race([more(), new Promise((resolve) => setTimeout(resolve, 500))]);
  }
  calls.forEach((call, id) => {
    const answer = acknowledgement(heard, id);
    const evidence = JSON.stringify(call);
    if (answer === undefined) {
      one.found(`no answer to ${call.name}`, evidence);
      return;
    }
    const wrong = judgeAcknowledgement(answer, (name) => one.count(name));
    if (wrong !== null) one.found(wrong, evidence);
    const isOk = z.object({ ok: z.literal(true) }).safeParse(answer).success;
    if (isOk && !isLegal(call)) one.found(`${call.name} took what its schema refuses`, evidence);
  });
  socket.terminate();
}

/** Live connections: every second one sends broken packets, the others call every command with arguments that are made up. */
export const socketio: Kind = {
  name: 'socketio',
  cases: { quick: 300, full: 10_000 },
  atOnce: 10,
  async run(one) {
    if (one.index % 2 === 0) return sendBroken(one, one.random);
    const [calls = []] = fc.sample(callsArbitrary, { seed: one.random.int(2 ** 31), numRuns: 1 });
    return callMadeUp(one, calls);
  },
};
