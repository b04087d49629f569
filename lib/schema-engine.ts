import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { log } from './log';

/** Compiled once per process: 2 MB of WebAssembly. */
let loading: Promise<void> | undefined;

async function loadEngine(): Promise<void> {
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = new Uint8Array(await readFile(script.replace(/\.js$/, '.wasm')));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start !== 'function') throw new Error('The schema engine has no entry point');
  start();
}

function logEngine(line: unknown): void {
  log.debug({ engine: line }, 'schema engine');
}

/**
 * Runs `work` with Prisma's schema engine in its WebAssembly build: the native one has to be downloaded, which many networks forbid.
 *
 * @param url of the database that the engine works on
 * @param datamodel the text of schema.prisma
 * @throws whatever the engine throws; its messages name the migration
 */
export async function withSchemaEngine<T>(
  url: string,
  datamodel: string,
  work: (engine: SchemaEngine) => Promise<T>,
): Promise<T> {
  await (loading ??= loadEngine());
  // One connection, because the engine takes a session's lock through whichever it is handed.
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5_000, application_name: 'beseda' });
  pool.on('error', (error) => log.warn({ error: error.message }, 'The migration connection was lost'));
  const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  try {
    const engine = await bindings.SchemaEngine.new({ datamodels: [['schema.prisma', datamodel]] }, logEngine, adapter);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}
