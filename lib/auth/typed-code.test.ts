import { describe, expect, it } from 'vitest';
import { normaliseCode } from './typed-code';

describe('a typed code', () => {
  it.each([
    ['123456', '123456'],
    ['123 456', '123456'],
    [' 123\u00a0456\n', '123456'],
    ['１２３４５６', '123456'],
    ['１２３－４５６', '123456'],
    ['ABCD-EFGH-JKMN', 'abcdefghjkmn'],
    ['abcd efgh jkmn', 'abcdefghjkmn'],
    ['ＡＢＣＤ–efgh—jkmn', 'abcdefghjkmn'],
    ['abcd\u2212efgh\u00adjkmn\u200b', 'abcdefghjkmn'],
    ['- -', ''],
    ['1'.repeat(101), ''],
  ])('%j is %j', (typed, code) => {
    expect(normaliseCode(typed)).toBe(code);
  });
});
