import { describe, expect, it } from 'vitest';
import { fill, mutate } from './mutator';
import { randomOf } from './random';

const options = {
  donors: [Buffer.from('POST /b HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}')],
  words: ['Transfer-Encoding: chunked\r\n', '\0'],
};
const whole = Buffer.from('GET /a?limit=10 HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n');

const cases = (seed: number, count: number) =>
  Array.from({ length: count }, (_, index) => mutate(whole, randomOf(seed, 'http', index), options).toString('hex'));

describe('mutated inputs', () => {
  it('are the same bytes for the same seed, and others for another', () => {
    expect(cases(7, 300)).toEqual(cases(7, 300));
    const other = cases(8, 300);
    expect(cases(7, 300).filter((bytes, index) => bytes === other[index]).length).toBeLessThan(30);
  });

  it('are pinned: a seed that was once reported can be replayed by a later version', () => {
    expect(mutate(whole, randomOf(1, 'http', 3), options).toString('latin1')).toBe(
      'GET /a?limit=10 HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n',
    );
  });

  it('do not depend on the cases before, so that one can be replayed alone', () => {
    expect(mutate(whole, randomOf(7, 'http', 120), options).toString('hex')).toBe(cases(7, 121)[120]);
  });

  it('are mostly different, some left whole, and never endless', () => {
    const all = cases(9, 1_000);
    expect(new Set(all).size).toBeGreaterThan(600);
    expect(all.filter((bytes) => bytes === whole.toString('hex')).length).toBeGreaterThan(20);
    expect(Math.max(...all.map((bytes) => bytes.length / 2))).toBeLessThanOrEqual(300_000);
  });
});

it('fills in what only a run knows, where it is still whole', () => {
  const bytes = Buffer.from('\xff{TOKEN}{TOKE}{OTHER}', 'latin1');
  expect(fill(bytes, { TOKEN: 'abc' })).toEqual(Buffer.from('\xffabc{TOKE}{OTHER}', 'latin1'));
});
