const TICK_MS = 15_000;
/** So much later than it should have come, a tick tells that the machine was asleep, or this page was. */
const SLEPT_MS = 15_000;

/**
 * Tells of moments in which a connection may have died unnoticed: the page is looked at again, comes back from the browser's cache,
 * was frozen, the machine was asleep, or the network is another one.
 *
 * @returns a function that ends it
 */
export function onWake(handler: () => void): () => void {
  const stops: (() => void)[] = [];
  const listen = (target: EventTarget | undefined, name: string, listener: (event: Event) => void) => {
    target?.addEventListener(name, listener);
    stops.push(() => target?.removeEventListener(name, listener));
  };
  listen(document, 'visibilitychange', () => document.visibilityState === 'visible' && handler());
  listen(document, 'resume', handler);
  listen(window, 'pageshow', (event) => 'persisted' in event && event.persisted === true && handler());
  const network: unknown = Reflect.get(navigator, 'connection');
  if (network instanceof EventTarget) listen(network, 'change', handler);

  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    const slept = now - last > TICK_MS + SLEPT_MS;
    last = now;
    if (slept) handler();
  }, TICK_MS);
  stops.push(() => clearInterval(timer));
  return () => stops.forEach((stop) => stop());
}
