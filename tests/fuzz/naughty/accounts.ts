import { randomUUID } from 'node:crypto';
import { emailSchema, passwordSchema, usernameSchema } from '@/lib/contracts/values';
import { PASSWORD } from '../world';
import { probe, rule, type Field } from './field';
import { said, sendForm, sendJson, type Speaker } from './speaker';

const enc = encodeURIComponent;
const html = 'text/html';

/** What an account is asked for. */
function account(fields: Record<string, string>): Record<string, string> {
  const name = randomUUID().slice(0, 13);
  return { email: `${name}@example.org`, username: `n-${name}`, password: PASSWORD, ...fields };
}

/** What somebody signs in with, but for what is named. */
const login = ({ person }: Speaker, fields: Record<string, string>) => ({
  email: person.email,
  password: PASSWORD,
  ...fields,
});

/** Signing in and one's own account. */
export const ACCOUNT_FIELDS: readonly Field[] = [
  rule('POST /register username', usernameSchema, (s, text) => sendJson(s, '/register', account({ username: text })), {
    value: ['user', 'username'],
    taken: true,
  }),
  rule('POST /register email', emailSchema, (s, text) => sendJson(s, '/register', account({ email: text })), {
    value: ['user', 'email'],
    taken: true,
  }),
  rule('POST /register password', passwordSchema, (s, text) => sendJson(s, '/register', account({ password: text }))),
  rule('form /register username', usernameSchema, (s, text) => sendForm(s, '/register', account({ username: text })), {
    taken: true,
  }),
  rule('form /register email', emailSchema, (s, text) => sendForm(s, '/register', account({ email: text })), {
    taken: true,
  }),
  rule('form /register password', passwordSchema, (s, text) => sendForm(s, '/register', account({ password: text }))),
  probe('POST /login email', (s, text) => sendJson(s, '/login', login(s, { email: text }))),
  probe('POST /login password', (s, text) => sendJson(s, '/login', login(s, { password: text }))),
  probe('form /login email', (s, text) => sendForm(s, '/login', login(s, { email: text }))),
  rule('POST /forgot email', emailSchema, (s, text) => sendJson(s, '/forgot', { email: text })),
  rule('form /forgot email', emailSchema, (s, text) => sendForm(s, '/forgot', { email: text })),
  probe('form /login grant', (s, text) =>
    sendForm(s, '/login', { grant_type: text, username: text, password: text }, '*/*'),
  ),
  probe('POST /login code', (s, text) => sendJson(s, '/login', login(s, { code: text }))),
  probe('form /login second step', (s, text) => sendForm(s, '/login', { step: text, code: text, callbackUrl: text })),
  probe('GET /login step', (s, text) => said(s.rest(`/login?step=${enc(text)}`, { accept: html }))),
  probe('form /login callbackUrl', (s, text) => sendForm(s, '/login', login(s, { callbackUrl: text }))),
  probe('GET /login callbackUrl', (s, text) => said(s.rest(`/login?callbackUrl=${enc(text)}`, { accept: html }))),
  probe('GET /api/auth/signin callbackUrl', (s, text) => said(s.rest(`/api/auth/signin?callbackUrl=${enc(text)}`))),
  probe('GET /api/auth/error error', (s, text) => said(s.rest(`/api/auth/error?error=${enc(text)}`))),
  probe('GET /login refused', (s, text) => said(s.rest(`/login?refused=${enc(text)}`, { accept: html }))),
  probe('form /api/auth/signin/oidc callbackUrl', (s, text) =>
    sendForm(s, '/api/auth/signin/oidc', { callbackUrl: text, invitation: text }),
  ),
  probe('GET /api/auth/callback/oidc', (s, text) =>
    said(s.rest(`/api/auth/callback/oidc?state=${enc(text)}&code=${enc(text)}&error=${enc(text)}`)),
  ),
  probe('form /preferences returnTo', (s, text) => sendForm(s, '/preferences', { theme: 'dark', returnTo: text })),
  probe('form /preferences locale', (s, text) => sendForm(s, '/preferences', { locale: text })),

  rule('PATCH /me username', usernameSchema, (s, text) => sendJson(s, '/api/v1/me', { username: text }, 'PATCH'), {
    taken: true,
    value: ['user', 'username'],
  }),
  rule(
    'PATCH /me email',
    emailSchema,
    (s, text) => sendJson(s, '/api/v1/me', { email: text, password: PASSWORD }, 'PATCH'),
    { taken: true, value: ['user', 'email'] },
  ),
  probe('PATCH /me locale', (s, text) => sendJson(s, '/api/v1/me', { locale: text }, 'PATCH')),
  probe('POST /me/password', (s, text) =>
    sendJson(s, '/api/v1/me/password', { currentPassword: text, newPassword: text }),
  ),
  probe('DELETE /me', (s, text) => sendJson(s, '/api/v1/me', { password: text }, 'DELETE')),
  // Without an id, or with one dot, it is another route, which ends the very session that the rest is tried with.
  probe('DELETE /me/sessions', (s, text) => said(s.rest(`/api/v1/me/sessions/x${enc(text)}`, { method: 'DELETE' }))),
  probe('POST /me/second-factor', (s, text) => sendJson(s, '/api/v1/me/second-factor', { password: text })),
  probe('POST /me/second-factor/confirm', (s, text) => sendJson(s, '/api/v1/me/second-factor/confirm', { code: text })),
  probe('DELETE /me/second-factor', (s, text) =>
    sendJson(s, '/api/v1/me/second-factor', { password: PASSWORD, code: text }, 'DELETE'),
  ),
  probe('form two-step', (s, text) =>
    sendForm(s, '/user/account/two-step?form=confirm', {
      code: text,
      uri: `otpauth://totp/${text}?secret=${'A'.repeat(32)}`,
    }),
  ),
  probe('GET /users q', (s, text) => said(s.rest(`/api/v1/users?q=${enc(text)}&cursor=${enc(text)}`))),
  probe('PATCH /users', (s, text) => sendJson(s, `/api/v1/users/${enc(text)}`, { role: text }, 'PATCH')),
];
