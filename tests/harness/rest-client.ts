import { answerSchema, problemSchema, type Answer } from './answers';
import type { ContractClient } from './contract-client';
import { FactLog } from './facts';

type Fields = Record<string, unknown>;

interface HttpCall {
  method: string;
  path: string;
  body?: Fields;
}

const of = (fields: Fields, name: string) => encodeURIComponent(String(fields[name]));

function without(fields: Fields, ...names: string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}

function query(fields: Fields): string {
  const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

/** The command as a request to `/api/v1`. */
function toHttp(name: string, input: Fields): HttpCall {
  const room = `/api/v1/rooms/${of(input, 'room')}`;
  switch (name) {
    case 'message:send':
      return { method: 'POST', path: `${room}/messages`, body: without(input, 'room') };
    case 'message:edit':
      return { method: 'PATCH', path: `${room}/messages/${of(input, 'seq')}`, body: without(input, 'room', 'seq') };
    case 'message:delete':
      return { method: 'DELETE', path: `${room}/messages/${of(input, 'seq')}` };
    case 'message:list':
      return { method: 'GET', path: `${room}/messages${query(without(input, 'room'))}` };
    case 'room:read':
      return { method: 'PUT', path: `${room}/read`, body: without(input, 'room') };
    case 'member:list':
      return { method: 'GET', path: `${room}/members` };
    case 'member:add':
      return { method: 'PUT', path: `${room}/members/${of(input, 'username')}` };
    case 'member:remove':
      return { method: 'DELETE', path: `${room}/members/${of(input, 'username')}` };
    default:
      throw new Error(`The resource API has no ${name}`);
  }
}

/** The service as a program sees it that speaks HTTP alone. It is told nothing by itself. */
export class RestClient implements ContractClient {
  readonly facts = new FactLog();
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call(name: string, input: Fields): Promise<Answer> {
    const { method, path, body } = toHttp(name, input);
    const response = await fetch(this.#url + path, {
      method,
      headers: { authorization: `Bearer ${this.#token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok) return answerSchema.parse({ ok: true, ...(text ? (JSON.parse(text) as object) : {}) });
    const { code, detail, errors } = problemSchema.parse(JSON.parse(text));
    return { ok: false, error: { code, message: detail, ...(errors && { errors }) } };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
