import { setTimeout as sleep } from 'node:timers/promises';
import { runTool } from '../../scripts/tool';
import { hangUp } from './ask';
import { attack, type Tally } from './attack';
import { Bystanders } from './bystander';
import { converse } from './conversation';
import { Findings } from './findings';
import { layGround, type Ground } from './ground';
import type { Kind } from './kind';
import { engineio } from './kinds/engineio';
import { http } from './kinds/http';
import { naughty } from './kinds/naughty';
import { socketio } from './kinds/socketio';
import { websocket } from './kinds/websocket';
import { readOptions, type Options } from './options';
import { Watch } from './watch';
import { warmUp } from './warm-up';
import { createWorld } from './world';

/*
 * npm run fuzz [-- --quick | --full] [--seed N] [--only KIND] [--case N]
 * A real server process on a real PostgreSQL is sent what no honest client sends; whatever it does, it must not fail.
 */

const KINDS: readonly Kind[] = [http, engineio, socketio, websocket, naughty];

/** Milliseconds that one kind may take; what is cut is said. */
const TIMEOUT = { quick: 15_000, full: 1_800_000 };
/** Bytes by which memory may have grown: lazily loaded pages, compiled code, caches with a bound. */
const GROWTH = 48 * 1024 * 1024;
/** How many findings are shown in full. */
const SHOWN = 20;

const say = (text: string) => void process.stdout.write(`${text}\n`);

function told({ kind, cases, answers, seconds, cut }: Tally): void {
  const classes = [...answers].sort(([a], [b]) => a.localeCompare(b)).map(([name, count]) => `${name} ${count}`);
  say(
    `${kind.padEnd(10)} ${String(cases).padStart(6)} cases ${seconds.toFixed(1).padStart(6)} s  ${classes.join(', ')}`,
  );
  if (cut) say(`${kind}: cut short, there was no time for all`);
}

/** Waits until everybody has hung up, as far as the server knows. @returns connections that are left */
async function leftConnections(ground: Ground): Promise<number> {
  for (let tries = 0; tries < 100 && ground.connections() > 0; tries++) await sleep(100);
  return ground.connections();
}

async function run({ length, seed, only, index }: Options, signal: AbortSignal): Promise<boolean> {
  const findings = new Findings(seed);
  const ground = await layGround();
  const underWay = new Set<string>();
  let before: string[] = [];
  const watch = new Watch(ground, (what, evidence) =>
    findings.ofService(`under way: ${[...new Set([...before, ...underWay])].join(', ') || 'nothing'}`, what, evidence),
  );
  let timer: NodeJS.Timeout | undefined;
  const ofAll = (what: string, evidence: string) => findings.ofService('all along', what, evidence);
  try {
    const { url, port } = ground.server;
    const world = await createWorld(url, port);
    await converse(url);
    await warmUp(world);
    watch.begin();
    timer = setInterval(() => {
      watch.look();
      before = [...underWay];
    }, 200);
    const memory = await ground.memory();
    const bystanders = await Bystanders.begin(url, ofAll);
    for (const kind of KINDS) {
      if (only !== undefined && kind.name !== only) continue;
      const indexes = index === undefined ? Array.from({ length: kind.cases[length] }, (_, each) => each) : [index];
      told(await attack({ kind, world, findings, seed, indexes, timeout: TIMEOUT[length], underWay, watch, signal }));
      await watch.health();
    }
    await bystanders.end();
    if (!watch.dead) {
      await converse(url).catch((error: unknown) => ofAll('no conversation is possible afterwards', String(error)));
      hangUp();
      const left = await leftConnections(ground);
      if (left > 0) ofAll(`${left} connections are still open`, '');
      const growth = (await ground.memory()) - memory;
      say(
        `Memory: ${(growth / 1024 / 1024).toFixed(1)} MiB more than before; bystanders: ${bystanders.heard} messages heard`,
      );
      if (growth > GROWTH) ofAll('memory has grown', `${growth} bytes`);
    }
    watch.look();
  } finally {
    clearInterval(timer);
    await ground.end();
  }
  for (const { what, evidence, replay, times } of findings.all.slice(0, SHOWN)) {
    say(`\n✗ ${what}${times > 1 ? ` (${times} times)` : ''}\n  ${replay}\n${evidence}`);
  }
  if (findings.all.length > SHOWN) say(`\n… and ${findings.all.length - SHOWN} more`);
  return findings.all.length === 0;
}

await runTool(async () => {
  const options = readOptions(process.argv.slice(2));
  const replay = `npm run fuzz -- --${options.length} --seed ${options.seed}${options.only ? ` --only ${options.only}` : ''}`;
  say(`Seed ${options.seed}: ${replay}`);
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The second one does not wait for what is under way; what was started is ended all the same.
      if (abort.signal.aborted) process.exit(1);
      abort.abort();
    });
  }
  const good = (await run(options, abort.signal)) && !abort.signal.aborted;
  say(`${good ? 'Good' : 'BROKEN'}: ${replay}`);
  process.exit(good ? 0 : 1);
});
