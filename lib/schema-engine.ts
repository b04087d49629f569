import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { z } from 'zod';
import { log } from './log';

/**
 * Loaded once per process: 2 MB of WebAssembly, and its bindings know one instance. A second one, loaded by another copy of
 * this module, would have the first one's strings read from its own memory.
 */
const shared = globalThis as typeof globalThis & { besedaSchemaEngine?: Promise<void> };

const entrySchema = z.object({ __wbindgen_start: z.custom<() => void>((value) => typeof value === 'function') });

/** Where the engine leaves its last words when it panics: without it, they would end the process by an error of their own. */
const panics = globalThis as typeof globalThis & {
  PRISMA_WASM_PANIC_REGISTRY?: { set_message(message: string): void };
};

async function loadEngine(): Promise<void> {
  panics.PRISMA_WASM_PANIC_REGISTRY = {
    set_message: (message) => log.error({ panic: message }, 'The schema engine panicked'),
  };
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = new Uint8Array(await readFile(script.replace(/\.js$/, '.wasm')));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  entrySchema.parse(instance.exports).__wbindgen_start();
}

/** PostgreSQL's "char", in which its catalogues keep flags, and `character(n)`, by their object ids (pg_type.dat). */
const CHAR = 18;
const BPCHAR = 1042;

/** The columns of the latest answer that are of type "char". There is one connection, and it answers one query after the other. */
interface Latest {
  chars: number[];
}

/** A client class that passes "char" off as a type that Prisma's adapter knows, and remembers where. */
function catalogueClient(latest: Latest): typeof pg.Client {
  return class extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      this.connection.prependListener('rowDescription', ({ fields }: { fields: pg.FieldDef[] }) => {
        latest.chars = fields.flatMap(({ dataTypeID }, index) => (dataTypeID === CHAR ? [index] : []));
        for (const field of fields) if (field.dataTypeID === CHAR) field.dataTypeID = BPCHAR;
      });
    }
  };
}

/** The engine reads "char" when it describes a database, and insists on characters; the adapter knows neither. */
function adapterFactory(pool: pg.Pool, latest: Latest): PrismaPg {
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (query) => {
      const result = await queryRaw(query);
      for (const index of latest.chars) result.columnTypes[index] = ColumnTypeEnum.Character;
      return result;
    };
    return adapter;
  };
  return factory;
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
  work: (engine: bindings.SchemaEngine) => Promise<T>,
): Promise<T> {
  await (shared.besedaSchemaEngine ??= loadEngine());
  // One connection, because the engine takes a session's lock through whichever it is handed.
  const latest: Latest = { chars: [] };
  const pool = new pg.Pool({
    Client: catalogueClient(latest),
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: 5_000,
    application_name: 'beseda',
  });
  pool.on('error', (error) => log.debug({ error: error.message }, 'The migration connection was lost'));
  const adapter = bindMigrationAwareSqlAdapterFactory(adapterFactory(pool, latest));
  try {
    const models: [string, string][] = [['schema.prisma', datamodel]];
    const engine = await bindings.SchemaEngine.new({ datamodels: models }, logEngine, adapter);
    try {
      return await work(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
  }
}
