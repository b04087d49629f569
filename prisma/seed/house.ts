import type { User } from '@/generated/prisma/client';
import { prisma } from '@/lib/prisma';
import { StartError } from '@/lib/start-error';
import { createRoom, createUser, markRead, PASSWORD, writeMessages, type WrittenMessage } from '@/tests/factories';
import type { Conversation, RoomScript } from './conversations';
import { ENGLISH_ROOMS } from './english';
import { Random } from './random';
import { RUSSIAN_ROOMS } from './russian';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The house has been lived in for this long. */
const AGE = 60 * DAY;
const MESSAGES_PER_ROOM = 420;

const PEOPLE = [
  { username: 'anna', role: 'administrator', locale: 'en' },
  { username: 'boris', locale: 'ru' },
  { username: 'Мария', email: 'maria@example.org', locale: 'ru' },
  { username: 'james', locale: 'en' },
  { username: 'Ольга', email: 'olga@example.org', locale: 'ru' },
  { username: 'priya', locale: 'en' },
  { username: 'lukas', locale: 'en' },
  { username: 'Тимофей', email: 'timofey@example.org', locale: 'ru' },
  { username: 'sofia_m', locale: 'en' },
  { username: 'дядя.Фёдор', email: 'fyodor@example.org', locale: 'ru' },
  { username: 'kenji', locale: 'en' },
  { username: 'marta', locale: 'en' },
] as const;

function speak(
  random: Random,
  script: RoomScript,
  conversation: Conversation,
  members: readonly User[],
  begin: number,
): WrittenMessage[] {
  const voices = random.shuffle(members);
  // Within one talk a word in braces means the same thing throughout.
  const chosen = new Map<string, string>();
  const fill = (_match: string, key: string): string => {
    const word = chosen.get(key) ?? random.pick(script.words[key] ?? []);
    chosen.set(key, word);
    return word;
  };
  let time = begin;
  return conversation.flatMap((line) => {
    const author = voices['ABC'.indexOf(line.charAt(0))];
    if (!author) throw new RangeError(`Nobody says: ${line}`);
    const body = line.slice(3).replace(/\{(\w+)\}/g, fill);
    const message = { author, body: body.charAt(0).toUpperCase() + body.slice(1), createdAt: new Date(time) };
    time += random.between(15, 240) * 1_000;
    return [message];
  });
}

/** Talks over the whole age of the house, more of them lately, by day rather than by night. */
function write(random: Random, script: RoomScript, members: readonly User[], now: number): WrittenMessage[] {
  const talks: number[] = [];
  const average = script.conversations.flat().length / script.conversations.length;
  for (let count = 0; count < MESSAGES_PER_ROOM / average; count++) {
    const day = Math.floor(random.next() ** 1.5 * (AGE / DAY));
    const midnight = Math.floor(now / DAY) * DAY - day * DAY;
    talks.push(midnight + random.between(7 * 60, 22 * 60) * MINUTE);
  }
  const last = now - random.between(2, 50) * MINUTE;
  const times = [...talks.filter((time) => time < last - HOUR).sort((one, other) => one - other), last];
  let pool: Conversation[] = [];
  let ended = 0;
  return times.flatMap((time) => {
    if (pool.length === 0) pool = random.shuffle(script.conversations);
    const messages = speak(random, script, pool.pop() ?? [], members, Math.max(time, ended + MINUTE));
    ended = messages.at(-1)?.createdAt?.getTime() ?? ended;
    return messages.filter((message) => (message.createdAt?.getTime() ?? 0) <= now);
  });
}

async function furnish(random: Random, script: RoomScript, people: readonly User[], now: number): Promise<number> {
  const members = random.shuffle(people).slice(0, random.between(6, people.length));
  const [owner, ...others] = members;
  if (!owner) throw new RangeError('A room needs an owner');
  const room = await createRoom({
    owner,
    members: others,
    name: script.name,
    topic: script.topic,
    ...(script.visibility && { visibility: script.visibility }),
    createdAt: new Date(now - AGE - HOUR),
  });
  const messages = write(random, script, members, now);
  await writeMessages(room, messages);
  for (const member of members) {
    // Some are up to date, some a talk behind, some have been away.
    const behind = random.pick([0, 0, 0, random.between(1, 9), random.between(10, 120)]);
    await markRead(room, member, Math.max(0, messages.length - behind));
  }
  return messages.length;
}

/** What was made, and how to sign in. */
export interface House {
  people: User[];
  rooms: number;
  messages: number;
  password: string;
}

/** Whether nobody has registered yet. */
export async function isEmpty(): Promise<boolean> {
  return (await prisma().user.count()) === 0;
}

/**
 * Fills an empty database with a house that looks lived in: the same people, rooms and words every time, dated up to now.
 *
 * @param cost of the password's bcrypt hash
 * @throws StartError when somebody lives there already
 */
export async function fillHouse(cost: number): Promise<House> {
  if (!(await isEmpty())) throw new StartError('The database is not empty: the seed only fills an empty one.');
  const random = new Random(20_261_123);
  const now = Date.now();
  const people: User[] = [];
  for (const person of PEOPLE) people.push(await createUser({ ...person, cost, createdAt: new Date(now - AGE - DAY) }));
  const scripts = [...ENGLISH_ROOMS, ...RUSSIAN_ROOMS];
  let messages = 0;
  for (const script of scripts) messages += await furnish(random, script, people, now);
  // A room nobody has written in yet: it has to look right too.
  const [first] = people;
  if (first) {
    const createdAt = new Date(now - 3 * DAY);
    await createRoom({ owner: first, members: people.slice(1, 4), name: 'quiet-corner', topic: '', createdAt });
  }
  return { people, rooms: scripts.length + 1, messages, password: PASSWORD };
}
