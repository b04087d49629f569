import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { onWake } from './wake';

describe('onWake', () => {
  let woken = 0;
  let stop: () => void = () => undefined;
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  const view = new EventTarget();
  const connection = new EventTarget();

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('document', page);
    vi.stubGlobal('window', view);
    vi.stubGlobal('navigator', { connection });
    woken = 0;
    stop = onWake(() => woken++);
  });
  afterEach(() => {
    stop();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it.each<[string, EventTarget, string, object?]>([
    ['looked at again', page, 'visibilitychange'],
    ['thawed', page, 'resume'],
    ['taken from the browser’s cache', view, 'pageshow', { persisted: true }],
    ['on another network', connection, 'change'],
  ])('tells when the page is %s, until it is ended', (_, target, name, fields = {}) => {
    target.dispatchEvent(Object.assign(new Event(name), fields));
    expect(woken).toBe(1);
    stop();
    target.dispatchEvent(Object.assign(new Event(name), fields));
    expect(woken).toBe(1);
  });

  it('says nothing when the page has just been loaded', () => {
    view.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }));
    expect(woken).toBe(0);
  });

  it('says nothing when the page is hidden', () => {
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    page.visibilityState = 'visible';
    expect(woken).toBe(0);
  });

  it('notices that far more time has passed than it counted: the machine was asleep', () => {
    vi.advanceTimersByTime(600_000);
    expect(woken).toBe(0);
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(15_000);
    expect(woken).toBe(1);
    vi.advanceTimersByTime(600_000);
    expect(woken).toBe(1);
  });
});
