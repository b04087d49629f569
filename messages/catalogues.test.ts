import { describe, expect, it } from 'vitest';
import { AUDIT_ACTIONS } from '@/lib/contracts/audit';
import { FIELD_MESSAGES } from '@/lib/contracts/values';
import { ERROR_STATUS } from '@/lib/contracts/errors';
import en from './en.json';
import ru from './ru.json';

/** Every message of a catalogue by its dotted key. */
function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  const entries = Object.entries(value ?? {});
  return new Map(entries.flatMap(([key, inner]) => [...flatten(inner, path ? `${path}.${key}` : key)]));
}

/** The names of a message's ICU arguments. */
function argumentsOf(message: string): string[] {
  return [
    ...new Set(
      [...message.matchAll(/\{\s*(\w+)\s*(?:\}|,\s*(?:plural|select|number|date|time))/g)].map(
        ([, name]) => name ?? '',
      ),
    ),
  ].sort();
}

/** The categories of each plural in a message. */
function pluralsOf(message: string): string[] {
  return [...message.matchAll(/\b(zero|one|two|few|many|other)\s*\{/g)].map(([, category]) => category ?? '');
}

const english = flatten(en);
const russian = flatten(ru);

describe('message catalogues', () => {
  it('have the same keys', () => {
    expect([...russian.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have no empty message', () => {
    for (const [key, message] of [...english, ...russian]) expect(message.trim(), key).not.toBe('');
  });

  it('use the same arguments', () => {
    for (const [key, message] of english)
      expect(argumentsOf(russian.get(key) ?? ''), key).toEqual(argumentsOf(message));
  });

  it('have every plural category of their language', () => {
    for (const [locale, catalogue] of [
      ['en', english],
      ['ru', russian],
    ] as const) {
      const needed = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
      for (const [key, message] of catalogue) {
        if (/,\s*plural/.test(message))
          expect(pluralsOf(message), `${locale} ${key}`).toEqual(expect.arrayContaining(needed));
      }
    }
  });

  it('speak of every field message and error code of the contract', () => {
    expect(Object.keys(en.errors.field).sort()).toEqual(Object.keys(FIELD_MESSAGES).sort());
    expect(Object.keys(en.errors.code).sort()).toEqual(Object.keys(ERROR_STATUS).sort());
  });

  it('have words for every action of the audit log', () => {
    expect(Object.keys(en.admin.actions).sort()).toEqual([...AUDIT_ACTIONS].sort());
  });

  it('say in English what the contract says', () => {
    for (const key of ['required', 'email', 'username', 'passwordShort', 'roomName', 'topic'] as const) {
      expect(en.errors.field[key]).toBe(FIELD_MESSAGES[key]);
    }
  });
});
