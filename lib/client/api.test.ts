import { afterEach, describe, expect, it, vi } from 'vitest';
import { api } from './api';

/** A network that never answers: it ends with its signal alone. */
const silent = (_path: string, { signal }: { signal?: AbortSignal }) =>
  new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))));

describe('api', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('gives up on a network that is silent', async () => {
    const clock = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(clock.signal);
    vi.stubGlobal('fetch', silent);
    const answer = api('/user');
    clock.abort();
    await expect(answer).rejects.toMatchObject({ name: 'CommandError', code: 'timeout' });
    expect(timeout).toHaveBeenCalledWith(10_000);
  });

  it('gives up as an abort when it is told to', async () => {
    const giveUp = new AbortController();
    vi.stubGlobal('fetch', silent);
    const answer = api('/user', { signal: giveUp.signal });
    giveUp.abort();
    await expect(answer).rejects.not.toMatchObject({ name: 'CommandError' });
  });
});
