import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { SocketIoClient } from '../tests/harness/socket-io-client';
import { PASSWORD, post, register } from './accounts';
import { summarize, table, type Summary } from './statistics';

const SIGN_INS = 50;
/** Messages a second. */
const RATE = 100;
/** Milliseconds for which messages flow without anybody signing in. */
const CALM_MS = 10_000;
/** Milliseconds, at p99, for a message while all sign in. */
const BUDGET = 100;
const ROOM = 'crowd';

const messagesSchema = z.object({ messages: z.array(z.object({ body: z.string() })) });

/** Sends messages at an even pace until it is told to stop. */
async function flow(sender: SocketIoClient, sentAt: Map<string, number>, goesOn: () => boolean): Promise<number[]> {
  const acknowledged: Promise<number>[] = [];
  const begun = performance.now();
  for (let count = 0; goesOn(); count++) {
    await sleep(Math.max(0, begun + (count * 1_000) / RATE - performance.now()));
    const body = `message ${sentAt.size}`;
    const sent = performance.now();
    sentAt.set(body, sent);
    acknowledged.push(
      sender.call('message:send', { room: ROOM, body }).then((answer) => {
        if (!answer.ok) throw new Error(`Not stored: ${JSON.stringify(answer)}`);
        return performance.now() - sent;
      }),
    );
  }
  return Promise.all(acknowledged);
}

/** What messages take while fifty people sign in at once. The service must run without limits, and with production's bcrypt cost. */
export async function measureSignIns(url: string): Promise<string> {
  const token = await register(url, 'writer');
  const readerToken = await register(url, 'reader');
  await post(url, '/api/v1/rooms', { name: ROOM }, token);
  const sender = await SocketIoClient.connect(url, token);
  const reader = await SocketIoClient.connect(url, readerToken);
  const sentAt = new Map<string, number>();
  let heard: number[] = [];
  reader.socket.on('messages:created', (fact: unknown) => {
    const now = performance.now();
    for (const { body } of messagesSchema.parse(fact).messages) heard.push(now - (sentAt.get(body) ?? Number.NaN));
  });
  await reader.call('room:join', { room: ROOM });

  const rows: (string | number)[][] = [];
  const add = (name: string, { count, p50, p95, p99, max }: Summary) =>
    rows.push([name, String(count), p50, p95, p99, max]);
  for (const phase of ['nobody signs in', `${SIGN_INS} sign in at once`]) {
    heard = [];
    let busy = true;
    const running = flow(sender, sentAt, () => busy);
    if (phase.startsWith('nobody')) await sleep(CALM_MS);
    else {
      await sleep(500);
      const signIns = await Promise.all(
        Array.from({ length: SIGN_INS }, async () => {
          const begun = performance.now();
          const { status } = await post(url, '/login', { email: 'writer@example.org', password: PASSWORD });
          if (status !== 200) throw new Error(`Not signed in: ${status}`);
          return performance.now() - begun;
        }),
      );
      add('a sign-in', summarize(signIns));
    }
    busy = false;
    add(`acknowledged while ${phase}`, summarize(await running));
    await sleep(300);
    add(`heard while ${phase}`, summarize(heard));
  }
  await Promise.all([sender.close(), reader.close()]);
  return `Messages at ${RATE} a second beside ${SIGN_INS} sign-ins, in ms (budget ${BUDGET} at p99)\n${table(['', 'count', 'p50', 'p95', 'p99', 'max'], rows)}`;
}
