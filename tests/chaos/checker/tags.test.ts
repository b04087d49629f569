import { describe, expect, it } from 'vitest';
import { parseInput } from '@/lib/contracts/parse-input';
import { COMMAND_SCHEMAS } from '@/lib/contracts/commands';
import { identify, observe, Unreadable } from './observed';
import { bodyOf, idOf, keyOf, keyOfId, ofKey, tagOf, UNKNOWN } from './tags';
import { DELETED } from './timeline';

const TAGS = [0, 1, 15, 16, 17, 31, 32, 48, 999_999].flatMap((number) =>
  [0, 1, 77].map((edit) => ({ writer: number % 40, number, edit })),
);

describe('a tag', () => {
  it.each(TAGS)('is found again in its body, which the service takes and keeps: %o', (tag) => {
    const body = bodyOf(tag);
    expect(tagOf(body)).toEqual(tag);
    const input = { room: 'general', body, clientMessageId: idOf(tag) };
    expect(parseInput(COMMAND_SCHEMAS['message:send'], input).body).toBe(body);
    expect(ofKey(keyOf(tag))).toEqual({ writer: tag.writer, number: tag.number });
    expect(keyOfId(idOf(tag))).toBe(keyOf(tag));
  });

  it('is not found in a body that is changed in the least', () => {
    const body = bodyOf({ writer: 3, number: 5, edit: 0 });
    for (const other of [`${body} `, body.slice(0, -1), body.replace('3', '4'), '', 'hello']) {
      expect(tagOf(other)).toBeNull();
    }
  });
});

describe('what is read of a message', () => {
  const tag = { writer: 3, number: 5, edit: 0 };

  it('is its key, by its body or, where that is gone, by its id', () => {
    expect(identify(bodyOf(tag), null, false)).toEqual({ key: keyOf(tag), edit: 0 });
    expect(identify('', idOf(tag), true)).toEqual({ key: keyOf(tag), edit: DELETED });
    expect(identify('', null, true)).toEqual({ key: UNKNOWN, edit: DELETED });
  });

  it('is refused when body and id are of two messages, or a deleted one still has its body', () => {
    expect(() => identify(bodyOf(tag), idOf({ writer: 3, number: 6 }), false)).toThrow(Unreadable);
    expect(() => identify(bodyOf(tag), null, true)).toThrow(Unreadable);
    expect(() => identify('hello', null, false)).toThrow(Unreadable);
    expect(() => observe({ seq: 1 })).toThrow(Unreadable);
  });
});
