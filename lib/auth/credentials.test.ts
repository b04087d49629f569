import { describe, expect, it } from 'vitest';
import { safeCallbackPath } from './callback-url';
import { clearedCookies, sessionCookie } from './cookies';
import { credentialOf } from './credentials';

const cookie = 'locale=ru; next-auth.session-token=from-cookie; theme=dark';

describe('credentialOf', () => {
  it('takes the first one present: Authorization, auth.token, subprotocol, cookie', () => {
    const sources = { authorization: 'Bearer header', authToken: 'auth', protocolToken: 'protocol', cookie };
    expect(credentialOf(sources)).toEqual({ kind: 'bearer', token: 'header' });
    expect(credentialOf({ ...sources, authorization: undefined })).toEqual({ kind: 'bearer', token: 'auth' });
    expect(credentialOf({ protocolToken: 'protocol', cookie })).toEqual({ kind: 'bearer', token: 'protocol' });
    expect(credentialOf({ cookie })).toEqual({ kind: 'cookie', token: 'from-cookie' });
    expect(credentialOf({})).toBeNull();
  });

  it.each(['Bearer', 'Bearer ', 'bearer %%', 'BEARER a b', 'Bearer \t'])(
    'never passes over a bad bearer: %j',
    (authorization) => {
      expect(credentialOf({ authorization, cookie })?.kind).toBe('bearer');
    },
  );

  it.each(['Basic YTpi', 'Digest username="a"', 'Bearerless x', ''])(
    'ignores what is no bearer: %j',
    (authorization) => {
      expect(credentialOf({ authorization, cookie })).toEqual({ kind: 'cookie', token: 'from-cookie' });
    },
  );

  it.each([42, {}, [], '', true])('never passes over a bad auth.token: %j', (authToken) => {
    expect(credentialOf({ authToken, cookie })).toEqual({ kind: 'bearer', token: '' });
  });

  it('reads the secure name first, and next-auth’s chunks', () => {
    expect(credentialOf({ cookie: `${cookie}; __Secure-next-auth.session-token=secure` })?.token).toBe('secure');
    expect(credentialOf({ cookie: 'next-auth.session-token.1=b; next-auth.session-token.0=a' })?.token).toBe('ab');
  });

  it.each(['', 'next-auth.session-token=', 'next-auth.session-token', 'next-auth.session-token.1=b', ';;;=', 'x=%'])(
    'finds no session in %j',
    (header) => {
      expect(credentialOf({ cookie: header })).toBeNull();
    },
  );
});

describe('cookies', () => {
  it('are out of reach of scripts and foreign forms', () => {
    expect(sessionCookie('token', false)).toBe(
      'next-auth.session-token=token; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax',
    );
    expect(sessionCookie('token', true)).toBe(
      '__Secure-next-auth.session-token=token; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure',
    );
  });

  it('are taken away with their chunks', () => {
    const cleared = clearedCookies(true);
    expect(cleared).toHaveLength(3);
    for (const value of cleared)
      expect(value).toMatch(/^__Secure-next-auth\.session-token(\.[01])?=; Path=\/; Max-Age=0; /);
  });
});

describe('safeCallbackPath', () => {
  const origin = 'http://localhost:3000';
  it.each([
    ['/user', '/user'],
    ['/chat/%D0%B4%D0%BE%D0%BC?x=1#m5', '/chat/%D0%B4%D0%BE%D0%BC?x=1#m5'],
    ['/chat/дом', '/chat/%D0%B4%D0%BE%D0%BC'],
    ['http://localhost:3000/user', '/user'],
    ['http://localhost:3001/user', '/'],
    ['https://localhost:3000/user', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['\\\\evil.example', '/'],
    ['http://localhost:3000//evil.example', '/'],
    ['/.//evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['javascript:alert(1)', '/'],
    ['http://localhost:3000@evil.example/', '/'],
    ['http://[', '/'],
    [undefined, '/'],
    [{}, '/'],
  ])('%j leads to %s', (value, path) => {
    expect(safeCallbackPath(value, origin)).toBe(path);
  });
});
