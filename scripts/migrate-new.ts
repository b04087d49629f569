// `npm run migrate:new -- NAME`: writes a migration from the difference between the migrations and the schema. Needs no network.
import { mkdir, mkdtemp, chmod, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { startEmbedded } from '../lib/embedded';
import { migrate, NO_FILTERS, readDatamodel } from '../lib/migrations';
import { projectRoot } from '../lib/project-root';
import { withSchemaEngine } from '../lib/schema-engine';
import { StartError } from '../lib/start-error';
import { runTool, toolSettings } from './tool';

/** What has to happen to a database that has all migrations, so that it fits the schema. */
async function difference(url: string): Promise<string> {
  await migrate(url);
  const content = await readDatamodel();
  const files = [{ path: 'schema.prisma', content }];
  const result = await withSchemaEngine(url, content, (engine) =>
    engine.diff({
      from: { tag: 'schemaDatasource', files, configDir: '.' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: null,
      filters: NO_FILTERS,
    }),
  );
  return result.stdout ?? '';
}

await runTool(async () => {
  toolSettings();
  const name = process.argv[2]
    ?.trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_');
  if (!name || !/^[a-z0-9_]+$/.test(name))
    throw new StartError('Name the migration: npm run migrate:new -- add_reactions');
  const dataDir = await mkdtemp(join(tmpdir(), 'beseda-migration-'));
  await chmod(dataDir, 0o711);
  try {
    const database = await startEmbedded(dataDir);
    const script = await difference(database.url).finally(database.stop);
    if (/^--\s*This is an empty migration/i.test(script.trim()) || !script.trim()) {
      process.stdout.write('The migrations and the schema agree: there is nothing to write.\n');
      return;
    }
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
    const folder = join(projectRoot(), 'prisma/migrations', `${stamp}_${name}`);
    await mkdir(folder);
    await writeFile(join(folder, 'migration.sql'), `${script.trim()}\n`);
    process.stdout.write(`Wrote ${relative(process.cwd(), folder)}/migration.sql: read it before you commit it.\n`);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
