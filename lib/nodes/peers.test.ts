import { describe, expect, it } from 'vitest';
import { Peers } from './peers';

describe('what is heard of another node', () => {
  it('is whole from its first word on, as long as no number is missing', () => {
    const peers = new Peers();
    expect([1, 2, 3].map((count) => peers.hear('a', count))).toEqual(['next', 'next', 'next']);
    expect(peers.isIncomplete).toBe(false);
    expect(peers.hear('a', 5)).toBe('gap');
    expect(peers.isIncomplete).toBe(true);
  });

  it('is not whole where its first word was not heard', () => {
    const peers = new Peers();
    expect(peers.hear('a', 7)).toBe('gap');
    expect(peers.hear('a', 8)).toBe('next');
    expect(peers.isIncomplete).toBe(true);
  });

  it('is taken once, however often it comes', () => {
    const peers = new Peers();
    peers.hear('a', 1);
    peers.hear('a', 2);
    expect(peers.hear('a', 2)).toBe('again');
    expect(peers.hear('a', 1)).toBe('again');
    expect(peers.hear('a', 3)).toBe('next');
  });

  it('is whole again once the node has told all that it has, without a gap in between', () => {
    const peers = new Peers();
    peers.hear('a', 3);
    peers.told('a', { isFirst: false, isLast: true });
    expect(peers.isIncomplete).toBe(true);
    peers.hear('a', 4);
    peers.told('a', { isFirst: true, isLast: false });
    peers.hear('a', 6);
    peers.told('a', { isFirst: false, isLast: true });
    expect(peers.isIncomplete).toBe(true);
    peers.hear('a', 7);
    peers.told('a', { isFirst: true, isLast: true });
    expect(peers.isIncomplete).toBe(false);
  });
});
