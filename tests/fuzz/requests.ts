import { routes as ofFrontDoor } from '@/lib/http/front';

interface Body {
  type: 'json' | 'form';
  fields: Record<string, unknown>;
}

/** What routes take; one that is not here is sent an object without fields. */
const FIELDS: Record<string, Record<string, unknown>> = {
  'POST /register': { email: 'fuzz-1@example.org', username: 'fuzz-1', password: 'correct horse battery' },
  'POST /login': { email: '{EMAIL}', password: 'correct horse battery', callbackUrl: '/chat/arena?x=1#m-2' },
  'POST /forgot': { email: '{EMAIL}' },
  'POST /preferences': { locale: 'ru', theme: 'dark', returnTo: '/user?x=1' },
  'POST /user/rooms': { name: 'Fuzz Room 1', topic: 'made by a form', visibility: 'public' },
  'POST /chat/:room': { body: 'Hello <b>there</b>', clientMessageId: '3f0c9e6e-7f0e-4a43-9a53-0123456789ab' },
  'POST /api/v1/rooms': { name: 'Комната 2', topic: 'тема', visibility: 'public' },
  'PATCH /api/v1/rooms/:room': { name: 'arena-2', topic: 'new', owner: '{USERNAME}' },
  'POST /api/v1/rooms/:room/messages': { body: 'Привет 👋🏽', clientMessageId: 'ffffffff-7f0e-7a43-9a53-0123456789ab' },
  'PATCH /api/v1/rooms/:room/messages/:seq': { body: 'edited' },
  'PUT /api/v1/rooms/:room/read': { seq: 3 },
  'PATCH /api/v1/me': {
    username: 'fuzz-2',
    email: 'fuzz-2@example.org',
    locale: 'ru',
    password: 'correct horse battery',
  },
  'POST /api/v1/me/password': { currentPassword: 'correct horse battery', newPassword: 'correct horse battery' },
  'POST /api/v1/me/second-factor': { password: 'correct horse battery' },
  'POST /api/v1/me/second-factor/confirm': { code: '123456' },
  'POST /api/v1/me/second-factor/recovery-codes': { password: 'correct horse battery', code: '123456' },
  'DELETE /api/v1/me/second-factor': { password: 'correct horse battery', code: 'abcd-efgh-jkmn' },
  'POST /user/account/two-step': { password: 'correct horse battery', code: '123456' },
  'DELETE /api/v1/me': { password: 'correct horse battery' },
  'PATCH /api/v1/users/:username': { role: 'user', suspended: false },
  'POST /admin/users/:username': { role: 'user', suspended: 'false', q: 'a', cursor: 'x' },
  'POST /api/v1/invitations': { expiresInHours: 24, maxUses: 1 },
  'POST /admin/invitations': { expiresInHours: 24, maxUses: 1 },
  'POST /api/v1/rooms/:room/invitations': { expiresInHours: 24, maxUses: 1 },
  'POST /reset': { token: 'x', password: 'correct horse battery' },
  'POST /user/account/delete': { password: 'correct horse battery' },
  'POST /user/account': { username: '{USERNAME}', email: '{EMAIL}', password: 'correct horse battery' },
  'POST /chat/:room/details': { name: 'arena', topic: 'new' },
  'POST /api/auth/callback/credentials': {
    csrfToken: '0f',
    email: '{EMAIL}',
    password: 'correct horse battery',
    callbackUrl: 'http://{HOST}/user',
  },
  'POST /api/auth/signin/oidc': { csrfToken: '0f', callbackUrl: '/user', invitation: 'none', json: 'true' },
  'POST /api/auth/signout': { csrfToken: '0f', callbackUrl: '/' },
};

/** Addresses that Next answers, or that belong to a socket: they stand in no table. */
const OTHERS = [
  'GET /',
  'HEAD /',
  'OPTIONS /',
  'GET /login?step=code',
  'GET /login?callbackUrl=%2Fuser%3Fx%3D1',
  'GET /register',
  'GET /forgot?sent=1',
  'GET /invite/x',
  'GET /reset',
  'GET /admin/users?q=a&cursor=x',
  'GET /admin/rooms',
  'GET /admin/invitations',
  'GET /admin/audit?cursor=x',
  'GET /user/account/two-step',
  'GET /user',
  'GET /user/rooms',
  'GET /user/search?q=arena',
  'GET /user/search/results?q=%D0%B0&cursor=WzAsMCwiYSJd&limit=5',
  'GET /user/rooms/delete/:room',
  'GET /chat/:room?around=3',
  'HEAD /chat/:room',
  'GET /api/v1/rooms/:room/messages?before=10&limit=5',
  'GET /api/v1/rooms/:room/messages?since=3',
  'GET /api/auth/session',
  'GET /api/auth/csrf',
  'GET /api/auth/providers',
  'GET /api/auth/signin?callbackUrl=%2F',
  'GET /api/auth/error?error=Configuration',
  'POST /api/auth/callback/credentials',
  'POST /api/auth/signin/oidc',
  'GET /api/auth/callback/oidc?code=1&state=2&iss=http%3A%2F%2Flocalhost',
  'POST /api/auth/signout',
  'GET /_next/static/chunks/main.js',
  'GET /_next/image?url=%2Ffavicon.ico&w=64&q=75',
  'GET /_next/data/build/index.json',
  'GET /favicon.ico',
  'GET /ws/chat/:room?since=3',
  'GET /socket.io/?EIO=4&transport=polling',
  'POST /socket.io/?EIO=4&transport=polling&sid=nobody',
  'GET /nothing/here',
];

const PARAMETERS: Record<string, string> = { room: 'arena', seq: '3', username: '{USERNAME}', id: '1' };

/** Every route of the service, new ones too: by the table that the front door goes by. */
const routes = () => [...new Set([...ofFrontDoor(), ...OTHERS])];

const CREDENTIALS = {
  token: ['Authorization: Bearer {TOKEN}'],
  cookie: ['Cookie: locale=ru; next-auth.session-token={TOKEN}; theme=dark', 'Origin: http://{HOST}'],
  nobody: [],
  administrator: ['Cookie: locale=en; next-auth.session-token={ADMINISTRATOR}', 'Origin: http://{HOST}'],
};

/** What is asked as an administrator too. */
const ADMINISTRATION = /^\w+ (?:\/api\/v1)?\/(?:admin|users|audit|invitations)\b/;

function encode({ type, fields }: Body): string {
  if (type === 'json') return JSON.stringify(fields);
  return new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    .toString()
    .replace(/%7B([A-Z]+)%7D/g, '{$1}');
}

function request(route: string, credential: readonly string[], accept: string, body: Body | null): Buffer {
  const [method = '', pattern = ''] = route.split(' ');
  const path = pattern.replace(/:(\w+)/g, (_, name: string) => PARAMETERS[name] ?? 'x');
  const text = body ? encode(body) : '';
  const type = body?.type === 'form' ? 'application/x-www-form-urlencoded' : 'application/json';
  return Buffer.from(
    [
      `${method} ${path} HTTP/1.1`,
      'Host: {HOST}',
      `Accept: ${accept}`,
      'User-Agent: fuzz',
      ...credential,
      ...(body ? [`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(text)}`] : []),
      '',
      text,
    ].join('\r\n'),
  );
}

/** Valid requests of every route, as a program and as a browser makes them. */
export function validRequests(): Buffer[] {
  return routes().flatMap((route) => {
    const name = route.replace(/\?.*/, '');
    const fields = FIELDS[name] ?? (/^(?:POST|PUT|PATCH)/.test(name) ? {} : null);
    return [
      request(route, CREDENTIALS.token, 'application/json', fields && { type: 'json', fields }),
      request(route, CREDENTIALS.cookie, 'text/html', fields && { type: 'form', fields }),
      request(route, CREDENTIALS.nobody, '*/*', fields && { type: 'json', fields }),
      ...(ADMINISTRATION.test(route)
        ? [request(route, CREDENTIALS.administrator, 'text/html', fields && { type: 'form', fields })]
        : []),
    ];
  });
}

/** Lines and words that mean something to one of the layers that read a request. */
export const HTTP_WORDS = [
  'Transfer-Encoding: chunked\r\n',
  'Transfer-Encoding: chunked, identity\r\n',
  'transfer-encoding:\tchunked\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 5, 5\r\n',
  'Content-Length: 99999999999\r\n',
  'Content-Length: +3\r\n',
  'Content-Encoding: gzip\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'ffffffffffffffff\r\n',
  '0;ext="\r\n\r\n',
  'Expect: 100-continue\r\n',
  'Expect: a miracle\r\n',
  'Connection: Upgrade\r\nUpgrade: websocket\r\n',
  'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n',
  'Host: evil.example\r\n',
  'Host: [::1\r\n',
  'Host:\r\n',
  'Origin: null\r\n',
  'Origin: http://{HOST}\r\n',
  'Sec-Fetch-Site: same-origin\r\n',
  'Cookie: next-auth.session-token=x; next-auth.session-token=\r\n',
  'Cookie: locale=%; theme=\x80; next-auth.session-token.0=a; next-auth.csrf-token=%7C\r\n',
  'Authorization: Bearer\r\n',
  'Authorization: Basic YTpi\r\n',
  'Authorization: Bearer a.b.c.d.e\r\n',
  'Accept: text/html\r\n',
  'Accept: application/json\r\n',
  'Accept-Language: ru-RU-x-y, *;q=NaN, \xff\r\n',
  'Content-Type: multipart/form-data; boundary=x\r\n',
  'Content-Type: application/json; charset=utf-16\r\n',
  'Content-Type: application/x-www-form-urlencoded\r\n',
  'Next-Router-State-Tree: %5B%22%22%5D\r\nRSC: 1\r\n',
  'RSC: 1\r\n',
  'Next-Router-Prefetch: 1\r\nRSC: 1\r\n',
  'Next-Router-Segment-Prefetch: /_tree\r\nRSC: 1\r\n',
  'Next-Action: 0123456789012345678901234567890123456789\r\n',
  'X-Middleware-Subrequest: middleware:middleware\r\n',
  'X-Beseda-Form: %\r\n',
  'X-Nonce: a\r\n',
  'X-Forwarded-Host: evil.example\r\nX-Forwarded-For: \r\n',
  'Range: bytes=-1,0-\r\n',
  'If-None-Match: *\r\nIf-Modified-Since: never\r\n',
  `X-Long: ${'a'.repeat(20_000)}\r\n`,
  'X-Many: a\r\n'.repeat(300),
  ' folded\r\n',
  'No colon here\r\n',
  'GET http://{HOST}/ HTTP/1.1\r\n',
  'GET * HTTP/1.1\r\n',
  'CONNECT {HOST} HTTP/1.1\r\n',
  'TRACE / HTTP/1.1\r\n',
  'QUERY / HTTP/1.1\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'GET / HTTP/0.9\r\n',
  '\r\n\r\n',
  '\n',
  '\r',
  '__proto__',
  'constructor',
  '"__proto__":{"x":1},',
  '[[[[[[[[[[[[[[[[',
  '\\u0000',
  '\\ud800',
  '../',
  '//',
  '?',
  '#',
  '&',
  '=',
  ';',
];
