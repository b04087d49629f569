import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './client';
import type { Crowd, Room } from './crowd';
import type { Run, RunOrder } from './orders';
import { bodyOf } from './room-log';

/** Milliseconds between two looks at what is due, and at what is still missing. */
const TICK = 1;
const LOOK = 20;
/** Milliseconds from the order to the first message. */
const START = 20;

/** A message that waits for its answer. */
interface Sent {
  room: Room;
  index: number;
}

let epochs = 0;

/** Sends on a schedule, whatever becomes of it: an open loop, so that a server that is late does not slow down who measures it. */
class OpenLoop {
  readonly #crowd: Crowd;
  readonly #order: RunOrder;
  readonly #rooms: Room[];
  readonly #epoch = ++epochs;
  /** by call; a call is answered once */
  readonly #waiting = new Map<number, Sent>();
  #calls = 0;

  constructor(crowd: Crowd, order: RunOrder) {
    this.#crowd = crowd;
    this.#order = order;
    this.#rooms = [...crowd.rooms.values()];
    crowd.tally.clear();
    for (const { log, members } of this.#rooms) {
      log.begin(this.#epoch, members.length);
      for (const { client } of members) client.receiver.begin();
    }
    crowd.onAnswer = (_client, call, ok, code) => this.#answered(call, ok, code);
  }

  get unanswered(): number {
    return this.#waiting.size;
  }

  async send(): Promise<number> {
    const { perSecond, seconds } = this.#order;
    const offered = Math.max(1, Math.round(perSecond * seconds));
    const start = performance.now() + START;
    for (let next = 0; next < offered;) {
      const now = performance.now();
      for (; next < offered; next++) {
        const due = start + (next * 1_000) / perSecond;
        if (due > now) break;
        this.#say(next, due, now);
      }
      await sleep(TICK);
      for (const { log, members } of this.#rooms) log.trim(() => members.map(({ client }) => client.receiver));
    }
    return offered;
  }

  /** Waits until everything is answered and has come everywhere, or the patience is over. */
  async settle(): Promise<void> {
    const deadline = performance.now() + this.#order.patience;
    while ((this.unanswered > 0 || this.missing() > 0) && performance.now() < deadline) await sleep(LOOK);
  }

  missing(): number {
    let missing = 0;
    for (const { members } of this.#rooms)
      for (const { client } of members) if (client.isOpen) missing += client.receiver.missing();
    return missing;
  }

  /** Each room in turn, and in it each member in turn. */
  #say(place: number, due: number, now: number): void {
    const room = this.#rooms[place % this.#rooms.length];
    const client = room && this.#speaker(room, Math.floor(place / this.#rooms.length));
    if (!client) return void this.#crowd.tally.refuse('no connection');
    const index = room.log.send(due);
    const call = ++this.#calls;
    this.#waiting.set(call, { room, index });
    this.#crowd.tally.lateness.add(now - due);
    client.send(call, bodyOf(this.#epoch, index, this.#order.bytes), randomUUID());
  }

  #speaker({ members }: Room, turn: number): Client | undefined {
    for (let step = 0; step < members.length; step++) {
      const client = members[(turn + step) % members.length]?.client;
      if (client?.isOpen) return client;
    }
    return undefined;
  }

  #answered(call: number, ok: boolean, code: string): void {
    const sent = this.#waiting.get(call);
    if (!sent) return;
    this.#waiting.delete(call);
    const { tally } = this.#crowd;
    if (!ok) return void tally.refuse(code);
    tally.acknowledged++;
    tally.acknowledgement.add(sent.room.log.acknowledge(sent.index, performance.now()));
  }
}

/** Hangs up on those who have not got everything, so that nothing of it comes into the next measurement. */
function giveUp(crowd: Crowd): void {
  for (const { client } of crowd.members) if (client.isOpen && client.receiver.missing() > 0) client.end();
}

/**
 * Runs one measurement.
 *
 * @returns what came of it; afterwards everybody is connected again
 */
export async function run(crowd: Crowd, order: RunOrder): Promise<Run> {
  const loop = new OpenLoop(crowd, order);
  const begun = performance.now();
  const before = process.cpuUsage();
  const offered = await loop.send();
  const { user, system } = process.cpuUsage(before);
  const load = (user + system) / 1_000 / (performance.now() - begun);
  await loop.settle();
  const { tally } = crowd;
  const result: Run = {
    offered,
    acknowledged: tally.acknowledged,
    refused: [...tally.refused],
    unanswered: loop.unanswered,
    lost: [...crowd.lost],
    deliveries: tally.deliveries,
    delivery: tally.delivery.quantiles(),
    last: tally.last.quantiles(),
    acknowledgement: tally.acknowledgement.quantiles(),
    lateness: tally.lateness.quantiles(),
    missing: loop.missing(),
    doubled: tally.doubled,
    reordered: tally.reordered,
    stray: tally.stray,
    seconds: (performance.now() - begun) / 1_000,
    load,
  };
  giveUp(crowd);
  await sleep(LOOK);
  await crowd.repair();
  return result;
}
