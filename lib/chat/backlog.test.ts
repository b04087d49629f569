import { describe, expect, it } from 'vitest';
import { Backlog } from './backlog';

describe('a backlog', () => {
  it('has room for what is stored soon, and says how long the rest would take', () => {
    const backlog = new Backlog(100);
    for (let count = 0; count < 50; count++) backlog.note(100, 50);
    expect(backlog.retryAfter(0)).toBe(null);
    expect(backlog.retryAfter(150)).toBe(null);
    expect(backlog.retryAfter(1_000)).toBe(500);
  });

  it('has room for a full batch, however slow the database is', () => {
    const backlog = new Backlog(100);
    for (let count = 0; count < 50; count++) backlog.note(100, 60_000);
    expect(backlog.retryAfter(100)).toBe(null);
    expect(backlog.retryAfter(101)).toBeGreaterThan(60_000);
  });

  it('learns nothing from small batches, which cost about as much as large ones', () => {
    const backlog = new Backlog(100);
    for (let count = 0; count < 50; count++) backlog.note(1, 20);
    expect(backlog.retryAfter(300)).toBe(null);
  });

  it('recovers when the database does', () => {
    const backlog = new Backlog(100);
    for (let count = 0; count < 50; count++) backlog.note(100, 1_000);
    expect(backlog.retryAfter(200)).not.toBe(null);
    for (let count = 0; count < 50; count++) backlog.note(100, 10);
    expect(backlog.retryAfter(700)).toBe(null);
  });
});
