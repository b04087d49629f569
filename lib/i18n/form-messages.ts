import type { useTranslations } from 'next-intl';
import type { FormState } from '@/lib/contracts/form-state';
import { FIELD_MESSAGES, type FieldMessageKey } from '@/lib/contracts/values';

/** A translator of the namespace `errors`. */
export type ErrorTranslator = ReturnType<typeof useTranslations<'errors'>>;

/** A refused form, in the reader's language: what was typed, what is wrong with each field, and with the whole. */
export interface FormProblems {
  values: Record<string, string>;
  fields: Record<string, string>;
  /** what is wrong with the form as a whole; null when only fields are, or nothing */
  general: string | null;
}

export const NO_PROBLEMS: FormProblems = { values: {}, fields: {}, general: null };

const KEYS = new Map<string, FieldMessageKey>();
for (const key of Object.keys(FIELD_MESSAGES)) {
  if (isFieldKey(key)) KEYS.set(FIELD_MESSAGES[key], key);
}

function isFieldKey(key: string): key is FieldMessageKey {
  return Object.hasOwn(FIELD_MESSAGES, key);
}

const TAKEN = ['email', 'username', 'name'] as const;

/** One of the contract's field messages in the reader's language; a message that is none of them stays as it is. */
export function translateFieldMessage(t: ErrorTranslator, message: string): string {
  const key = KEYS.get(message);
  return key ? t(`field.${key}`) : message;
}

/**
 * A refused form as a page shows it.
 *
 * @param state what the front door handed over; null when nothing was refused
 * @param known the names of the form's fields: what is wrong with others is said of the whole
 */
export function formProblems(t: ErrorTranslator, state: FormState | null, known: readonly string[]): FormProblems {
  if (!state) return NO_PROBLEMS;
  const fields: Record<string, string> = {};
  for (const { path, message } of state.errors) {
    const taken = state.code === 'conflict' ? TAKEN.find((name) => name === path) : undefined;
    if (known.includes(path)) fields[path] ??= taken ? t(`taken.${taken}`) : translateFieldMessage(t, message);
  }
  return { values: state.values, fields, general: Object.keys(fields).length > 0 ? null : general(t, state) };
}

function general(t: ErrorTranslator, { code, detail, retryAfterMs }: FormState): string {
  const key = `code.${code}` as const;
  if (KEYS.has(detail)) return translateFieldMessage(t, detail);
  const said = t.has(key as 'code.conflict') ? t(key as 'code.conflict') : detail;
  return retryAfterMs === undefined ? said : `${said} ${t('retryAfter', { seconds: Math.ceil(retryAfterMs / 1000) })}`;
}
