import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { converse } from '../harness/conversation';
import { check, checkKept, report, untilReady } from './checks';
import { must } from './docker';
import { withProject } from './running';

/** Backup and restoration by the commands of docs/backup.md, into a folder of this machine that belongs to the image's user. */
export async function backup(compose: string[]): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), 'beseda-backups-'));
  const folder = join(parent, 'backups');
  try {
    await must(['install', '-d', '-o', '1000', '-m', '700', folder]);
    await withProject(compose, ['docker-compose.yml'], ['app', 'db', 'nginx'], async ({ project, base }) => {
      const tool = (...words: string[]) =>
        project.must('run', '--rm', '-T', '-v', `${folder}:/backups`, 'app', ...words);
      const sql = (...statements: string[]) =>
        project.must(
          'exec',
          '-T',
          'db',
          'psql',
          '-U',
          'beseda',
          '-d',
          'postgres',
          ...statements.flatMap((one) => ['-c', one]),
        );
      const conversation = await converse(base);
      await tool('node', 'build/backup.mjs', '/backups/');
      const files = readdirSync(folder);
      const [file = ''] = files;
      const { uid, mode } = statSync(join(folder, file));
      check(files.length === 1 && /^beseda-.+\.tar\.gz$/.test(file), `a backup while the service runs: ${file}`);
      check(uid === 1000 && (mode & 0o777) === 0o600, 'only the image’s user can read it');

      await project.must('stop', 'app');
      await sql('ALTER DATABASE beseda RENAME TO before', 'CREATE DATABASE beseda');
      report((await tool('node', 'build/restore.mjs', `/backups/${file}`)).trim());
      await project.must('up', '--detach');
      await untilReady(base);
      await checkKept(base, conversation, 'over a restoration into an empty database');
      await converse(base);
      await sql('DROP DATABASE before');
      const { status, output } = await project.try('run', '--rm', '-T', 'app', 'node', 'build/doctor.mjs');
      report(output.trim());
      check(status === 0, 'the doctor finds no fault');
    });
  } finally {
    rmSync(parent, { recursive: true });
  }
}
