import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { Edge } from '../edge';

/** A fresh nonce: 128 bits, as CSP 3 (section 7.1) asks for at least. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * The content security policy of a page: scripts by nonce alone; style attributes are allowed (virtual lists place their rows
 * by them), style elements by nonce.
 *
 * @param provider where a form may lead by a redirect, besides: Chromium holds those against `form-action` too
 * @param development hot reload evaluates code and writes style elements; production never does
 */
export function contentSecurityPolicy(
  nonce: string,
  edge: Edge,
  provider: string | null,
  development: boolean,
): string {
  const sockets = edge.origin.replace(/^http/, 'ws');
  return [
    `default-src 'self'`,
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${development ? " 'unsafe-eval'" : ''}`,
    `style-src 'self' ${development ? "'unsafe-inline'" : `'nonce-${nonce}'`}`,
    `style-src-attr 'unsafe-inline'`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    // Older browsers do not count a WebSocket of the same host as 'self'.
    `connect-src 'self' ${sockets}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'${provider === null ? '' : ` ${provider}`}`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/** Sets what every answer carries. */
export function setSecurityHeaders(response: ServerResponse, policy: string, edge: Edge): void {
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'DENY');
  response.setHeader('referrer-policy', 'same-origin');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
  response.setHeader('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
  if (edge.secure) response.setHeader('strict-transport-security', 'max-age=31536000');
}
