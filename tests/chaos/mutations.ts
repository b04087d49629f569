import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';
import type { Kind } from './checker/violations';

const ROOT = join(import.meta.dirname, '../..');

/** The service's code broken in one place. */
export interface Mutation {
  name: string;
  /** what the checker must find */
  expected: Kind;
  /** path in the project */
  file: string;
  /** text that occurs in it exactly once */
  find: string;
  replace: string;
}

/** Each way of breaking the promise that the checker has to notice. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'acknowledge before commit',
    expected: 'lost',
    file: 'lib/chat/insert.ts',
    find: 'const { rows } = await client.query<InsertedRow>({',
    replace: `await client.query('BEGIN');
      setTimeout(() => void client.query('COMMIT').catch(() => undefined), 400);
      const { rows } = await client.query<InsertedRow>({`,
  },
  {
    name: 'no de-duplication',
    expected: 'doubled',
    file: 'lib/chat/insert.ts',
    find: 'SELECT room_id, seq, revision, author_id, body, client_message_id, now()',
    replace: 'SELECT room_id, seq, revision, author_id, body, NULL::uuid, now()',
  },
  {
    name: 'no catch-up',
    expected: 'unseen',
    file: 'lib/chat/history.ts',
    find: 'AND m.revision > q.a ORDER BY m.revision LIMIT q.b',
    replace: 'AND m.revision > greatest(q.a, c.revision) ORDER BY m.revision LIMIT q.b',
  },
  {
    name: 'reordered batches',
    expected: 'reordered',
    file: 'lib/chat/insert.ts',
    find: 'room AS (PARTITION BY i.room_id ORDER BY i.ord)',
    replace: 'room AS (PARTITION BY i.room_id ORDER BY i.ord DESC)',
  },
  {
    name: 'no membership check',
    expected: 'leaked',
    file: 'lib/chat/access.ts',
    find: 'row.removed_at && !mayManage',
    replace: 'false',
  },
];

/**
 * Breaks the code on its way into a bundle; the source stays as it is.
 *
 * @returns a plugin whose build fails unless the text was there exactly once
 */
export function mutate({ name, file, find, replace }: Mutation): Plugin {
  return {
    name: `mutation: ${name}`,
    setup(build) {
      const path = join(ROOT, file);
      let loaded = false;
      build.onLoad({ filter: /\.ts$/ }, async (args) => {
        if (args.path !== path) return undefined;
        const parts = (await readFile(path, 'utf8')).split(find);
        if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
        loaded = true;
        return { contents: parts.join(replace), loader: 'ts' };
      });
      build.onEnd(() => (loaded ? {} : { errors: [{ text: `${file} is no part of the server` }] }));
    },
  };
}
