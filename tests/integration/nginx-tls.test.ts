import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EchoServer } from '../harness/echo-server';
import { freePort } from '../harness/free-port';
import { startNginx, testConfiguration, type Change, type RunningNginx } from '../harness/nginx';
import { requireNginx } from '../harness/nginx-version.mjs';

const version = requireNginx();

describe.skipIf(!version)('nginx.conf', () => {
  const folder = mkdtempSync(join(tmpdir(), 'beseda-tls-'));
  let port: number;
  let echo: EchoServer;
  let nginx: RunningNginx;
  const withTls: Change[] = [['include /etc/nginx/server.d/*.conf;', `include ${folder}/*.conf;`]];

  beforeAll(async () => {
    const made = spawnSync(
      'openssl',
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout privkey.pem -out fullchain.pem'.split(
        ' ',
      ),
      { cwd: folder, encoding: 'utf8' },
    );
    if (made.status !== 0) throw new Error(`No certificate: ${made.error?.message ?? made.stderr}`);
    // nginx's workers are another user.
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, 'proof'), 'of the address');
    port = await freePort();
    const shipped = readFileSync('nginx.tls.conf', 'utf8')
      .replaceAll('/etc/nginx/tls/', `${folder}/`)
      .replace('listen 443 ', `listen 127.0.0.1:${port} `)
      .replace('root /var/www/acme;', `alias ${folder}/;`);
    writeFileSync(join(folder, 'tls.conf'), shipped);
    echo = await EchoServer.start();
    nginx = await startNginx(echo.port, withTls);
  });
  afterAll(async () => {
    await nginx.stop();
    echo.stop();
    rmSync(folder, { recursive: true });
  });

  const sound = /^nginx: the configuration file \S+ syntax is ok\nnginx: configuration file \S+ test is successful\n$/;

  it('is found sound by nginx, without a warning, with TLS and without', async () => {
    expect(await testConfiguration()).toMatch(sound);
    expect(await testConfiguration(...withTls)).toMatch(sound);
  });

  it('says over TLS that it was https', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      request({ port, host: '127.0.0.1', path: '/user', rejectUnauthorized: false }, (response) => {
        let body = '';
        response.on('data', (part: Buffer) => (body += part.toString())).on('end', () => resolve(body));
      })
        .on('error', reject)
        .end();
    });
    expect(JSON.parse(text)).toMatchObject({ headers: { 'x-forwarded-proto': 'https' } });
  });

  it('sends people on to https, but neither health checks nor the proof for a certificate', async () => {
    const page = await fetch(`${nginx.url}/chat/general?after=1`, { redirect: 'manual' });
    expect(page.status).toBe(301);
    expect(page.headers.get('location')).toBe('https://localhost/chat/general?after=1');
    expect((await fetch(`${nginx.url}/api/health/live`)).status).toBe(200);
    expect(await (await fetch(`${nginx.url}/.well-known/acme-challenge/proof`)).text()).toBe('of the address');
  });

  it.each([
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const)('speaks %s: %s', async (protocol, spoken) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      minVersion: protocol,
      maxVersion: protocol,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const agreed = await new Promise<boolean>((resolve) => {
      socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
    });
    expect(agreed).toBe(spoken);
    socket.destroy();
  });
});
