import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const page = await readFile(join(ROOT, 'docs/security.md'), 'utf8');
const section = page.split('\n## Attacks\n')[1]?.split('\n## ')[0] ?? '';
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .slice(2)
  .map((line) => line.split('|').map((cell) => cell.trim()));

describe('the table of attacks', () => {
  it.each(rows.map(([, attack = '', mechanism = '', proof = '']) => [attack, mechanism, proof] as const))(
    'names files and tests that there are: %s',
    async (_attack, mechanism, proof) => {
      for (const [, path = ''] of mechanism.matchAll(/`((?:lib|app|tests)\/[^`]+|[\w.-]+\.(?:ts|conf))`/g))
        expect(existsSync(join(ROOT, path)), path).toBe(true);
      const proofs = [...proof.matchAll(/`([^`]+\.test\.ts)` ((?:“[^”]+”(?:, )?)+)/g)];
      expect(proofs.length).toBeGreaterThan(0);
      for (const [, path = '', names = ''] of proofs) {
        const source = await readFile(join(ROOT, path), 'utf8');
        for (const [, name = ''] of names.matchAll(/“([^”]+)”/g)) expect(source, path).toContain(name);
      }
    },
  );

  it('is not empty', () => expect(rows.length).toBeGreaterThan(25));
});
