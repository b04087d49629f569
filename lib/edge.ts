import type { IncomingMessage } from 'node:http';
import { env, isLoopback } from './env';

/** What the service believes of a request's way here, proxies in front included. */
export interface Edge {
  /** the client's address, as the outermost believed proxy saw it */
  address: string;
  secure: boolean;
  /** scheme, host and port under which the client reached the service */
  origin: string;
  /** whether the host asked for is the service's own */
  ownHost: boolean;
}

function hop(header: string | string[] | undefined, hops: number): string | undefined {
  if (hops === 0 || header === undefined) return undefined;
  const values = String(header).split(',');
  // Each proxy appends what it saw: the last `hops` entries are ours, all before them is the client's own fancy.
  return values[Math.max(0, values.length - hops)]?.trim();
}

/**
 * Reads the client's address, scheme and host.
 *
 * Without a public address (listening on loopback only) the host must be a loopback name: a page elsewhere whose name is made
 * to resolve here (DNS rebinding) would otherwise count as our own.
 */
export function edgeOf(request: IncomingMessage): Edge {
  const { publicUrl, trustProxy } = env();
  const host = request.headers.host ?? '';
  const scheme = hop(request.headers['x-forwarded-proto'], Math.min(trustProxy, 1));
  const secure = publicUrl ? publicUrl.protocol === 'https:' : scheme === 'https';
  const hostname = /^(\[[0-9a-f:.]+\]|[^:[\]]*)(?::\d+)?$/i.exec(host)?.[1] ?? '';
  return {
    address: hop(request.headers['x-forwarded-for'], trustProxy) ?? request.socket.remoteAddress ?? '',
    secure,
    origin: publicUrl?.origin ?? `${secure ? 'https' : 'http'}://${host.toLowerCase()}`,
    ownHost: publicUrl
      ? host.toLowerCase() === publicUrl.host
      : isLoopback(hostname.toLowerCase().replace(/^\[|\]$/g, '')),
  };
}

/** Whether a request names an origin (RFC 6454) that is not the service's: a page of somebody else's sent it. */
export function isForeign(request: IncomingMessage, edge: Edge): boolean {
  const { origin } = request.headers;
  return origin !== undefined && origin.toLowerCase() !== edge.origin;
}

/**
 * A request's path and query, checked.
 *
 * @returns null for what is no path (absolute form, `*`), or whose percent-encoding is broken
 */
export function targetOf(request: IncomingMessage): URL | null {
  const target = request.url ?? '';
  if (!target.startsWith('/') || target.startsWith('//') || /^[^?]*\\/.test(target)) return null;
  try {
    const url = new URL(target, 'http://localhost');
    decodeURIComponent(url.pathname);
    decodeURIComponent(url.search);
    return url;
  } catch {
    return null;
  }
}
