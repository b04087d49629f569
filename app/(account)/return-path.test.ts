import { expect, it } from 'vitest';
import { returnPath } from './return-path';

it.each([
  ['/user', '/user'],
  ['/chat/%D0%BE?x=1#m4', '/chat/%D0%BE?x=1#m4'],
  ['//evil.example', null],
  ['/\\evil.example', null],
  ['/\t/evil.example', null],
  ['https://evil.example/', null],
  ['javascript:alert(1)', null],
  ['', null],
  [['/user'], null],
  [undefined, null],
])('%j leads to %j', (value, path) => {
  expect(returnPath(value)).toBe(path);
});
