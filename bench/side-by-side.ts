import { hasProc } from './machine/cpu';
import { findCores } from './machine/pinning';
import type { Options } from './options';
import { connectionsSize, measureConnections } from './scenarios/connections';
import { MANY_ROOMS, measureManyRooms, wantsManyRooms } from './scenarios/many-rooms';
import { measureNeighbours, NEIGHBOURS } from './scenarios/neighbours';
import { measureNodes, NODES_SIZE } from './scenarios/nodes';
import { measureOneRoom, ONE_ROOM, wantsOneRoom } from './scenarios/one-room';
import { loads, places, writeFigures } from './scenarios/circumstances';
import { describeResults } from './scenarios/report';
import { Results } from './scenarios/results';
import { BESEDA_SUBJECTS, LIMITED_SUBJECTS } from './subjects/beseda';
import { NODE_SUBJECTS } from './subjects/nodes';
import { PEER_SUBJECTS } from './subjects/peers';
import { Ground, type Stage } from './subjects/stage';
import type { Size, Subject } from './subjects/subject';

const SUBJECTS: Subject[] = [...PEER_SUBJECTS, ...BESEDA_SUBJECTS];

/** The same things in the same order every round, but beginning with another one: whoever comes last has no warmer machine. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/**
 * Measures in rounds, on one PostgreSQL.
 *
 * @param measure is called in every round
 * @returns medians of what it has put into its results, with the circumstances; they go into a file too where that is asked for
 */
export async function inRounds(
  options: Options,
  measure: (ground: Ground, results: Results, round: number) => Promise<void>,
): Promise<string> {
  const before = loads();
  const cores = findCores();
  const results = new Results();
  if (!(await hasProc())) results.note('There is no /proc here: processor time and memory are not known.');
  const ground = await Ground.lay(cores);
  try {
    for (let round = 0; round < options.rounds; round++) await measure(ground, results, round);
  } finally {
    await ground.close();
  }
  const circumstances = [
    `${options.rounds} rounds, ${options.seconds} s each, medians; messages of 100 bytes; Node ${process.version}. ${places(cores)}`,
    `Load average before: ${before}; after: ${loads()} (what is measured here counts).`,
  ];
  await writeFigures(options, results, { cores, load: { before, after: loads() } });
  return [...circumstances, '', describeResults(results)].join('\n');
}

/** Takes turns with all subjects, and puts the figures side by side. */
async function sideBySide(
  options: Options,
  subjects: readonly Subject[],
  measure: (open: (size: Size) => Promise<Stage>, results: Results) => Promise<void>,
): Promise<string> {
  const chosen = subjects.filter(({ name }) => options.subjects?.some((part) => name.includes(part)) ?? true);
  if (chosen.length === 0)
    throw new Error(`No subject has such a name: ${subjects.map(({ name }) => name).join('; ')}`);
  return inRounds(options, async (ground, results, round) => {
    for (const subject of rotated(chosen, round)) {
      process.stderr.write(`Round ${round + 1} of ${options.rounds}: ${subject.name}\n`);
      await measure((size) => ground.open(subject, size), results);
    }
  });
}

/** Opens a stage for some work, and closes it after it. */
async function onStage(open: Promise<Stage>, work: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await open;
  try {
    await work(stage);
  } finally {
    await stage.end();
  }
}

/** Everybody joins, and what that causes to be told is awaited. @throws Error when somebody cannot */
async function fill(stage: Stage): Promise<void> {
  const { failed } = await stage.connect();
  if (failed.length > 0) throw new Error(`${stage.subject.name}: not everybody could join: ${JSON.stringify(failed)}`);
  await stage.quiet();
}

/** Messages: what they cost, how many a server bears, and how long they take meanwhile. */
export function measureMessages(options: Options): Promise<string> {
  const known = new Map<string, number>();
  return sideBySide(options, SUBJECTS, async (open, results) => {
    const worlds = [
      { wanted: wantsOneRoom(options), size: ONE_ROOM, measure: measureOneRoom },
      { wanted: wantsManyRooms(options), size: MANY_ROOMS, measure: measureManyRooms },
    ];
    for (const { wanted, size, measure } of worlds) {
      if (!wanted) continue;
      await onStage(open(size), async (stage) => {
        await fill(stage);
        await measure({ stage, options, results, known });
      });
    }
  });
}

/** Connections: how long it takes to let them in, and what they cost while nothing is said. */
export function measureManyConnections(options: Options): Promise<string> {
  const subjects = SUBJECTS.filter(({ name }) => !/INSERT|group commit/.test(name));
  return sideBySide(options, subjects, (open, results) =>
    onStage(open(connectionsSize(options)), (stage) => measureConnections(stage, options, results)),
  );
}

/** One node, two and three, and one that knows of no others: what a message costs, and how many they bear. */
export function measureSeveralNodes(options: Options): Promise<string> {
  const known = new Map<string, number>();
  const subjects = [...BESEDA_SUBJECTS.filter(({ protocol }) => protocol === 'WebSocket'), ...NODE_SUBJECTS];
  return sideBySide(options, subjects, (open, results) =>
    onStage(open(NODES_SIZE), async (stage) => {
      await fill(stage);
      await measureNodes({ stage, options, results, known });
    }),
  );
}

/** What everybody else notices of clients that flood, or never read. */
export function measureBadNeighbours(options: Options): Promise<string> {
  return sideBySide(options, LIMITED_SUBJECTS, (open, results) =>
    onStage(open(NEIGHBOURS), (stage) => measureNeighbours(stage, options, results)),
  );
}
