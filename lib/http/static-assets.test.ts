import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { sendCompressedAsset } from './static-assets';

async function ask(path: string, acceptEncoding?: string): Promise<boolean> {
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  if (acceptEncoding !== undefined) request.headers['accept-encoding'] = acceptEncoding;
  return sendCompressedAsset(request, new ServerResponse(request), path);
}

describe('sendCompressedAsset', () => {
  it.each([
    '/_next/static/../../package.js',
    '/_next/static/chunks/../../../server.js',
    '/_next/static/chunks/..%2f..%2fserver.js',
    '/_next/static//etc/passwd.js',
    '/_next/static/.hidden.js',
    '/_next/image.js',
    '/_next/static/chunks/none-of-that-name.js',
    '/_next/static/media/font.woff2',
  ])('leaves %s to Next', async (path) => expect(await ask(path, 'br')).toBe(false));

  it.each([undefined, '', 'gzip', 'br;q=0', 'gzip, br; q=0.0', 'xbr'])(
    'sends no Brotli to who takes %j',
    async (coding) => expect(await ask('/_next/static/chunks/none.js', coding)).toBe(false),
  );
});
