import { probe, type Field } from './field';
import { said } from './speaker';

const enc = encodeURIComponent;
const html = 'text/html';

/** A field of the administrators' pages and routes that is sent JSON or a form by an administrator. */
function sent(method: string, path: (text: string) => string, fields: (text: string) => Record<string, string>): Field {
  const isForm = path('').startsWith('/admin/');
  return probe(`administrator: ${method} ${path('…')} ${Object.keys(fields('')).join(', ')}`, (s, text) =>
    said(
      s.administrator(path(text), {
        method,
        ...(isForm ? { form: fields(text), accept: html } : { json: fields(text) }),
      }),
    ),
  );
}

/** An address that an administrator asks for. */
function asked(path: (text: string) => string): Field {
  return probe(`administrator: GET ${path('…')}`, (s, text) => {
    const at = path(text);
    return said(s.administrator(at, at.startsWith('/admin') ? { accept: html } : {}));
  });
}

const none = () => ({});

/** What only administrators may: lists, accounts of others, and invitations to the service. */
export const ADMINISTRATION_FIELDS: readonly Field[] = [
  ...['/api/v1/users', '/api/v1/admin/rooms', '/api/v1/audit', '/admin/users', '/admin/rooms', '/admin/audit'].map(
    (path) => asked((text) => `${path}?q=${enc(text)}&cursor=${enc(text)}&limit=${enc(text)}`),
  ),
  sent(
    'PATCH',
    (text) => `/api/v1/users/${enc(text)}`,
    (text) => ({ role: text, suspended: text }),
  ),
  sent('POST', (text) => `/api/v1/users/${enc(text)}/reset`, none),
  sent('DELETE', (text) => `/api/v1/users/${enc(text)}/second-factor`, none),
  sent(
    'POST',
    () => '/api/v1/invitations',
    (text) => ({ expiresInHours: text, maxUses: text }),
  ),
  sent('DELETE', (text) => `/api/v1/invitations/${enc(text)}`, none),
  sent(
    'POST',
    (text) => `/admin/users/${enc(text)}`,
    (text) => ({ role: text, suspended: text, q: text, cursor: text }),
  ),
  sent('POST', (text) => `/admin/users/${enc(text)}/reset`, none),
  sent(
    'POST',
    (text) => `/admin/users/${enc(text)}/second-factor`,
    (text) => ({ q: text, cursor: text }),
  ),
  sent(
    'POST',
    () => '/admin/invitations',
    (text) => ({ expiresInHours: text, maxUses: text }),
  ),
  sent('POST', (text) => `/admin/invitations/${enc(text)}/revoke`, none),
];
