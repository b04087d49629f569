// `npm test`: types, lint, and every test; `--all` (npm run validate) also proves that a build from scratch works,
// that nothing is lost, doubled or reordered under faults, and that no input makes the service fail.
// Ends with a line "N passed, N failed" and a code that is not 0 when anything failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const all = process.argv.includes('--all');
const folder = mkdtempSync(join(tmpdir(), 'beseda-report-'));
const report = join(folder, 'tests.json');
/** @type {string[]} */
const failures = [];

/** @param {string} name @param {string} command @param {string[]} args */
function run(name, command, args) {
  const begun = Date.now();
  process.stdout.write(`\n# ${name}\n`);
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' },
  });
  if (status !== 0) failures.push(name);
  process.stdout.write(
    `# ${name}: ${status === 0 ? 'good' : 'FAILED'} (${((Date.now() - begun) / 1000).toFixed(0)} s)\n`,
  );
}

/** @returns {{ passed: number, failed: number }} what the test runner counted; nothing when it could not even begin */
function counts() {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

if (all) {
  for (const made of ['.next', 'build', 'generated']) rmSync(join(root, made), { recursive: true, force: true });
}
run('types', 'npm', ['run', '--silent', 'typecheck']);
run('lint', 'npm', ['run', '--silent', 'lint']);
run('build', process.execPath, [join(root, 'scripts/build.mjs'), '--if-stale']);
run('tests', process.execPath, [
  join(root, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
]);
if (all) {
  for (const name of ['chaos', 'fuzz']) {
    run(name, process.execPath, ['--import', 'tsx', join(root, `tests/${name}/run.ts`), '--quick']);
  }
}

const { passed, failed } = counts();
rmSync(folder, { recursive: true, force: true });
// A failed check that is not a test counts as one failure, so that the last line cannot say that all is well.
const checks = failures.filter((name) => name !== 'tests' || failed === 0).length;
process.stdout.write(
  `\n${failures.length > 0 ? `Failed: ${failures.join(', ')}\n` : ''}${passed} passed, ${failed + checks} failed\n`,
);
process.exit(failures.length > 0 ? 1 : 0);
