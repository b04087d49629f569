import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { usernameSchema } from '../contracts/values';
import { usernameSkeleton } from './names';

const same = (one: string, other: string) => usernameSkeleton(one) === usernameSkeleton(other);

describe('usernameSkeleton', () => {
  it.each([
    ['Anna', 'anna'],
    ['АННА', 'анна'],
    ['Straße', 'STRASSE'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ])('takes %s and %s for one, whatever their case', (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  it.each([
    ['anna', 'аnnа', 'Cyrillic а'],
    ['oleg', 'оlеg', 'Cyrillic о and е'],
    ['paul', 'рaul', 'Cyrillic р'],
    ['cyxu', 'сухu', 'Cyrillic с, у, х'],
    ['KATE', 'КАТЕ', 'Cyrillic capitals'],
    ['kate', 'КАТЕ', 'Cyrillic capitals against Latin small letters'],
    ['Nick', 'Νick', 'Greek capital Ν'],
    ['olga', 'οlga', 'Greek ο'],
    ['bill', 'b1ll', 'the digit 1'],
    ['bill', 'BIlI', 'capital I'],
    ['Ivan', 'lvan', 'l for I'],
    ['ivan', 'lvan', 'l for I, and case'],
    ['ivan', 'іvan', 'Ukrainian і'],
    ['zoo', 'z00', 'the digit 0'],
    ['mark', 'rnark', 'rn for m'],
    ['google', 'ɡooɡle', 'Latin script ɡ'],
    ['admin', 'аdмin', 'Cyrillic а and м'],
    ['josé', 'jose\u0301', 'a combining accent'],
  ])('takes %s and %s for one (%s)', (one, other) => {
    expect(same(one, other)).toBe(true);
  });

  it.each([
    ['vova', 'nova'],
    ['user', 'yser'],
    ['hat', 'nat'],
    ['anna', 'anya'],
    ['josé', 'jose'],
    ['user2', 'user3'],
    ['андрей', 'андреи'],
    ['миша', 'маша'],
  ])('keeps %s and %s apart', (one, other) => {
    expect(same(one, other)).toBe(false);
  });

  it('lets ASCII letters and digits fall together only as 1 I l and 0 O', () => {
    const groups = new Map<string, string>();
    for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789') {
      const skeleton = usernameSkeleton(character);
      groups.set(skeleton, `${groups.get(skeleton) ?? ''}${character}`);
    }
    expect([...groups.values()].filter((group) => group.length > 1)).toEqual(['il1', 'o0']);
  });

  it('is the same for every case of every letter, alone and under a further accent', () => {
    const apart: string[] = [];
    for (let code = 0x21; code < 0x30000; code++) {
      const character = String.fromCodePoint(code);
      if (character.toUpperCase() === character.toLowerCase()) continue;
      for (const typed of [`a${character}`, `${character}\u0301b`]) {
        const { data: name } = usernameSchema.safeParse(typed);
        if (name === undefined) continue;
        if (!same(name, name.toUpperCase()) || !same(name, name.toLowerCase())) apart.push(name);
      }
    }
    expect(apart).toEqual([]);
  });

  it('is the same for every case of every allowed name', () => {
    const letter = fc.oneof(
      fc.constantFrom(...Array.from('aIl1O0mßςΣνΝυΥиЙИйыЫ')),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    );
    const name = fc.array(letter, { minLength: 2, maxLength: 8 }).map((letters) => letters.join(''));
    fc.assert(
      fc.property(name, (typed) => {
        const parsed = usernameSchema.safeParse(typed);
        fc.pre(parsed.success);
        expect(same(parsed.data, parsed.data.toUpperCase())).toBe(true);
        expect(same(parsed.data, parsed.data.toLowerCase())).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
