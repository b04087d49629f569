import { z } from 'zod';
import { answerSchema, type Answer } from '../../harness/answers';
import { PlainSocket, Refused } from '../../harness/plain-client';
import { SocketIoClient } from '../../harness/socket-io-client';
import { ask, type Question, type Reply } from '../ask';
import { judge } from '../http-answers';
import type { Person, World } from '../world';
import type { Outcome } from './outcome';

/** Somebody who speaks over every transport. */
export interface Speaker {
  person: Person;
  /** a room of their own */
  own: string;
  socketIo: SocketIoClient;
  rest(path: string, question?: Question): Promise<Reply>;
  /** asks as an administrator */
  administrator(path: string, question: Question): Promise<Reply>;
  /** over the plain WebSocket of the arena */
  say(type: string, fields: Record<string, unknown>): Promise<Outcome>;
  /** opens another plain WebSocket */
  upgrade(path: string): Promise<Outcome>;
  close(): Promise<void>;
}

const codeSchema = z.object({ code: z.string() });

function outcomeOf({ status, type, location, text, json }: Reply): Outcome {
  const headers = new Map([
    ['content-type', type],
    ...(location === undefined ? [] : [['location', location] as const]),
  ]);
  const wrong = judge({ status, headers, body: Buffer.from(text) });
  const isHtml = type.startsWith('text/html');
  // A form's page says by its status alone what a program is told by its code.
  const code = isHtml ? String(status) : (codeSchema.safeParse(json).data?.code ?? String(status));
  return { ok: status < 400, code, answer: json, wrong, page: isHtml ? text : '' };
}

function outcomeOfAnswer(answer: Answer): Outcome {
  const code = answer.error?.code ?? '';
  return { ok: answer.ok, code, answer, wrong: code === 'unavailable' ? 'unavailable' : null, page: '' };
}

/** What a request came to. */
export async function said(reply: Promise<Reply>): Promise<Outcome> {
  return outcomeOf(await reply);
}

/** Sends JSON. */
export function sendJson(speaker: Speaker, path: string, json: object, method = 'POST'): Promise<Outcome> {
  return said(speaker.rest(path, { json, method }));
}

/** Sends a form, as a browser does. */
export function sendForm(
  speaker: Speaker,
  path: string,
  form: Record<string, string>,
  accept = 'text/html',
): Promise<Outcome> {
  return said(speaker.rest(path, { form, accept }));
}

/** Calls a command over Socket.IO. */
export async function call(speaker: Speaker, name: string, input: object): Promise<Outcome> {
  return outcomeOfAnswer(await speaker.socketIo.call(name, input));
}

/** Connects somebody to everything. */
export async function createSpeaker(world: World, person: Person): Promise<Speaker> {
  const { url, arena, administrator } = world;
  const { token } = person;
  const own = `own-${person.username}`;
  const socketIo = await SocketIoClient.connect(url, token);
  await socketIo.call('room:create', { name: own });
  const plain = await PlainSocket.join(url, arena, token);
  let unknown = 0;
  return {
    person,
    own,
    socketIo,
    rest: (path, question) => ask(url, path, { token, ...question }),
    administrator: (path, question) => ask(url, path, { token: administrator.token, ...question }),
    async say(type, fields) {
      const id = `naughty-${unknown++}`;
      plain.send({ type, id, ...fields });
      const isAnswer = (frame: Record<string, unknown>) => frame.id === id;
      const answer = await Promise.race([
        plain.facts.wait('ack', isAnswer).then(({ id: _id, ...rest }) => rest),
        plain.facts.wait('error', isAnswer).then(({ error }) => ({ ok: false, error })),
      ]);
      return outcomeOfAnswer(answerSchema.parse(answer));
    },
    async upgrade(path) {
      try {
        const socket = await PlainSocket.open(url, path, token);
        await socket.close();
        return { ok: true, code: '', answer: null, wrong: null, page: '' };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        const { status, headers, body } = error;
        const code = status === 426 ? '426' : (error.answer.error?.code ?? '');
        const judged = judge({
          status,
          headers: new Map([['content-type', String(headers['content-type'])]]),
          body: Buffer.from(body),
        });
        return { ok: false, code, answer: null, wrong: judged, page: '' };
      }
    },
    async close() {
      await socketIo.close();
      await plain.close();
    },
  };
}
