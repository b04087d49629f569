import type { Router } from 'hono/router';
import type { H, RouterRoute } from 'hono/types';

/** Below these the paths are somebody else's, or too many. */
const FOLDERS = [
  ['/_next/', '/_next/*'],
  ['/api/auth/', '/api/auth/*'],
  ['/socket.io/', '/socket.io/'],
  ['/ws/chat/', '/ws/chat/:room'],
] as const;

/** A page is at the address of its JSON, or of its form. */
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Tells by which pattern a path goes in metrics and the log: one of few, whatever is asked for.
 *
 * @param router of the front door's own routes
 * @param pages matches paths that have a page and nothing else; without a variable part, unless their form has a route
 */
export function patternsOf(router: Router<[H, RouterRoute]>, pages: RegExp) {
  return (method: string, asked: string): string => {
    const path = asked.replace(/(.)\/$/, '$1');
    for (const each of [method, ...METHODS]) {
      const [found] = router.match(each, path)[0];
      if (found) return found[0][1].path;
    }
    const folder = FOLDERS.find(([prefix]) => asked.startsWith(prefix));
    return folder?.[1] ?? (pages.test(path) ? path : 'other');
  };
}
