import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { beginSession } from '@/lib/auth/begin-session';
import { serviceSecret } from '@/lib/data-dir';
import { startEmbedded } from '@/lib/embedded';
import { env, setEnv } from '@/lib/env';
import { transaction } from '@/lib/queries';
import { everyRow, onDatabase } from '../../harness/archives';
import { createDatabase, type TestDatabase } from '../../harness/database';
import { createDataDir } from '../../harness/data-dir';
import { databaseUrl } from '../../harness/fresh-database';
import { fillEveryTable } from '../../harness/lived-in';
import { startServer } from '../../harness/server';
import { SocketIoClient } from '../../harness/socket-io-client';
import { runTool } from '../../harness/tool';

type Folder = Awaited<ReturnType<typeof createDataDir>>;

const folders: Folder[] = [];
const newFolder = async (): Promise<string> => {
  const folder = await createDataDir();
  folders.push(folder);
  return folder.path;
};

let given: string;
let embedded: string;
let archives: string;
let other: TestDatabase;
let token: string;

beforeAll(async () => {
  [given, embedded, archives] = [await newFolder(), await newFolder(), await newFolder()];
  other = await createDatabase(inject('adminUrl'));
  const { member } = await fillEveryTable();
  setEnv({ ...env(), secret: await serviceSecret(given) });
  const account = {
    id: member.id,
    username: member.username,
    email: member.email,
    role: 'user',
    locale: null,
  } as const;
  token = (await transaction((client) => beginSession(client, account, 'test'))).token;
});

afterAll(async () => {
  await other.drop();
  for (const folder of folders) await folder.remove();
});

async function rowsOfEmbedded() {
  const database = await startEmbedded(embedded);
  return everyRow(database.url).finally(database.stop);
}

/** Sends what a browser and what a program would send. */
async function isSignedIn(url: string): Promise<boolean> {
  const cookie = `next-auth.session-token=${token}`;
  const credentials: Record<string, string>[] = [{ cookie }, { authorization: `Bearer ${token}` }];
  const answers = credentials.map((headers) => fetch(`${url}/api/v1/me`, { headers }));
  const client = await SocketIoClient.connect(url, token);
  await client.close();
  return (await Promise.all(answers)).every(({ status }) => status === 200);
}

describe('a backup of a given database', () => {
  it('has everything in one private file, and leaves nothing beside it', async () => {
    const file = join(archives, 'given.tar.gz');
    const told = await runTool('backup', { DATABASE_URL: databaseUrl(), DATA_DIR: given }, file);
    expect(told).toMatchObject({ code: 0, errors: '' });
    expect(told.output).toMatch(/^Wrote .+given\.tar\.gz: \d+ rows of 12 tables, \d+ bytes\.\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(archives)).toEqual(['given.tar.gz']);
    expect(await runTool('backup', { DATABASE_URL: databaseUrl(), DATA_DIR: given }, file)).toMatchObject({
      code: 1,
      errors: `${file} exists already: name another file, or a folder.\n`,
    });
    const nowhere = join(archives, 'nowhere/');
    expect(await runTool('backup', { DATABASE_URL: databaseUrl(), DATA_DIR: given }, nowhere)).toMatchObject({
      code: 1,
      errors: `There is no folder ${nowhere}: make it first.\n`,
    });
    expect(await readdir(archives)).toEqual(['given.tar.gz']);
  });

  it('comes back in an embedded one, row by row', async () => {
    const before = await everyRow(databaseUrl());
    for (const [table, rows] of Object.entries(before)) expect(rows.length, table).toBeGreaterThan(0);
    const secret = await serviceSecret(embedded);
    const told = await runTool('restore', { DATA_DIR: embedded }, join(archives, 'given.tar.gz'));
    expect(told).toMatchObject({ code: 0, errors: '' });
    expect(told.output).toContain('Whoever was signed in still is.');
    expect(await serviceSecret(embedded)).toBe(await serviceSecret(given));
    const [, kept = ''] = / The secret that was there is (\S+) now\.\n$/.exec(told.output) ?? [];
    expect(await readFile(kept, 'utf8')).toBe(secret);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    const after = await rowsOfEmbedded();
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [table, rows] of Object.entries(before)) expect(after[table], table).toEqual(rows);
  });
});

describe('a service on what was restored', () => {
  it('knows who was signed in, is backed up while it runs, and is not overwritten', async () => {
    const settings = { DATA_DIR: embedded };
    const server = await startServer({ database: 'embedded', dataDir: embedded, env: { NEXTAUTH_SECRET: undefined } });
    try {
      expect(await isSignedIn(server.url)).toBe(true);
      expect(await runTool('backup', settings, archives)).toMatchObject({ code: 0, errors: '' });
      expect(await runTool('restore', settings, join(archives, 'given.tar.gz'))).toMatchObject({
        code: 1,
        errors: `The service is running on ${embedded}: stop it first, or set DATA_DIR to an empty folder.\n`,
      });
      expect(await isSignedIn(server.url)).toBe(true);
    } finally {
      await server.stop();
    }
  });

  it('moves on into a given database, with its numbers going on where they were', async () => {
    const [file = ''] = (await readdir(archives)).filter((name) => name.startsWith('beseda-'));
    const folder = await newFolder();
    const told = await runTool('restore', { DATABASE_URL: other.url, DATA_DIR: folder }, join(archives, file));
    expect(told).toMatchObject({ code: 0, errors: '' });
    expect(await everyRow(other.url)).toEqual(await rowsOfEmbedded());
    const next = "SELECT nextval('users_id_seq')::int AS id";
    const [original, moved] = await Promise.all(
      [databaseUrl(), other.url].map((url) =>
        onDatabase(url, (client) => client.query<{ id: number }>(next)).then(({ rows }) => rows[0]?.id),
      ),
    );
    expect(moved).toBe(original);
    const server = await startServer({ database: other.url, dataDir: folder, env: { NEXTAUTH_SECRET: undefined } });
    try {
      expect(await isSignedIn(server.url)).toBe(true);
    } finally {
      await server.stop();
    }
  });
});
