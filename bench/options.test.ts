import { expect, it } from 'vitest';
import { readOptions } from './options';

it('measures three rounds of five seconds, or one of two in haste, unless it is told otherwise', () => {
  expect(readOptions(['http'])).toEqual({
    names: ['http'],
    options: { rounds: 3, seconds: 5, only: undefined, quick: false, json: undefined },
  });
  expect(readOptions(['--quick']).options).toMatchObject({ rounds: 1, seconds: 2, quick: true });
  expect(readOptions(['--quick', '--rounds', '2', '--seconds', '0.5']).options).toMatchObject({
    rounds: 2,
    seconds: 0.5,
  });
});

it.each(['--rounds 0', '--seconds five', '--only everything', '--slow'])('refuses %s', (args) => {
  expect(() => readOptions(args.split(' '))).toThrow();
});
