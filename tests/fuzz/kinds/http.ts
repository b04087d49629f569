import type { Case, Kind } from '../kind';
import { isWhole, judge, patienceFor, readAnswers } from '../http-answers';
import { Line } from '../line';
import { fill, mutate } from '../mutator';
import type { Random } from '../random';
import { HTTP_WORDS, validRequests } from '../requests';

const donors = validRequests();
const bodies = donors.flatMap((whole) => {
  const body = whole.subarray(whole.indexOf('\r\n\r\n') + 4);
  return body.length > 0 ? [body] : [];
});
const targets = donors.map((whole) => whole.subarray(whole.indexOf(' ') + 1, whole.indexOf(' HTTP/1.1')));

/** What an attacker's placeholders stand for. */
export function valuesOf({ world, attacker }: Case): Record<string, string> {
  return {
    HOST: `localhost:${world.port}`,
    TOKEN: attacker.token,
    ADMINISTRATOR: world.administrator.token,
    EMAIL: attacker.email,
    USERNAME: attacker.username,
  };
}

/** Where a request's head ends. */
const END = Buffer.from('\r\n\r\n');

/** Its length put right, so that what was done to a body is read. */
function withLength(head: Buffer, body: Buffer): Buffer {
  const text = head.toString('latin1').replace(/^content-length: \d+/im, `Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(text, 'latin1'), body]);
}

/** A broken request. Most are broken in one part, so that the rest takes it past the first parser. */
function broken(random: Random): Buffer {
  const whole = random.pick(donors);
  const options = { donors, words: HTTP_WORDS };
  const part = random.pick(['whole', 'target', 'body', 'body']);
  const head = whole.indexOf(END) + END.length;
  if (part === 'body' && head < whole.length) {
    return withLength(whole.subarray(0, head), mutate(whole.subarray(head), random, { ...options, donors: bodies }));
  }
  if (part === 'whole') return mutate(whole, random, options);
  const from = whole.indexOf(' ') + 1;
  const to = whole.indexOf(' HTTP/1.1');
  // What would end the target early is written as a form has it.
  const target = mutate(whole.subarray(from, to), random, { donors: targets, words: HTTP_WORDS });
  const sendable = target.toString('latin1').replace(/[\0-\x20]/g, (character) => encodeURIComponent(character));
  return Buffer.concat([whole.subarray(0, from), Buffer.from(sendable.slice(0, 8_000), 'latin1'), whole.subarray(to)]);
}

/** Judges everything that came over a line that speaks HTTP. */
export function judgeAll(one: Case, sent: Buffer, received: Buffer): void {
  const { answers, rest } = readAnswers(received, true);
  for (const answer of answers) {
    one.count(String(answer.status));
    const wrong = judge(answer);
    if (wrong !== null) one.found(wrong, Buffer.concat([sent, Buffer.from('\n---\n'), received.subarray(0, 500)]));
  }
  if (rest.length > 0 && !rest.toString('latin1', 0, 9).startsWith('HTTP/1.1 ') && answers.at(-1)?.status !== 101) {
    one.found('an answer that is no HTTP', Buffer.concat([sent, Buffer.from('\n---\n'), rest.subarray(0, 500)]));
  }
  if (answers.length === 0) one.count('none');
}

/** Valid requests of every route, broken as bytes. */
export const http: Kind = {
  name: 'http',
  cases: { quick: 800, full: 10_000 },
  atOnce: 16,
  async run(one) {
    const { random, world } = one;
    const mutated = broken(random);
    const bytes = fill(mutated, valuesOf(one));
    const line = await Line.open(world.port);
    const parts = random.chance(0.2) ? random.int(bytes.length + 1) : bytes.length;
    line.write(bytes.subarray(0, parts));
    if (parts < bytes.length) setImmediate(() => line.write(bytes.subarray(parts)));
    // Some hang up at once, as a browser does whose tab is closed.
    if (!random.chance(0.05)) await line.quiet(isWhole, patienceFor(bytes));
    line.cut();
    judgeAll(one, mutated, line.take());
  },
};
