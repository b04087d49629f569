import { createTranslator } from 'next-intl';
import { describe, expect, it } from 'vitest';
import { FIELD_MESSAGES } from '@/lib/contracts/values';
import ru from '@/messages/ru.json';
import { formProblems, translateFieldMessage } from './form-messages';

const t = createTranslator({ locale: 'ru', messages: ru, namespace: 'errors' });
const refused = { code: 'unprocessable', detail: 'No.', values: { email: 'x' }, errors: [] };

describe('translateFieldMessage', () => {
  it('knows every message of the contract, and leaves others alone', () => {
    expect(translateFieldMessage(t, FIELD_MESSAGES.required)).toBe(ru.errors.field.required);
    expect(translateFieldMessage(t, 'Something new.')).toBe('Something new.');
  });
});

describe('formProblems', () => {
  it('says nothing when nothing was refused', () => {
    expect(formProblems(t, null, ['email'])).toEqual({ values: {}, fields: {}, general: null });
  });

  it('puts complaints beside their fields, the first of each, and keeps what was typed', () => {
    const errors = [
      { path: 'email', message: FIELD_MESSAGES.email },
      { path: 'email', message: FIELD_MESSAGES.emailLength },
    ];
    expect(formProblems(t, { ...refused, errors }, ['email'])).toEqual({
      values: { email: 'x' },
      fields: { email: ru.errors.field.email },
      general: null,
    });
  });

  it('says what is taken in words of its own', () => {
    const state = { ...refused, code: 'conflict', errors: [{ path: 'email', message: 'Taken.' }] };
    expect(formProblems(t, state, ['email']).fields.email).toBe(ru.errors.taken.email);
  });

  it('says of the whole what belongs to no field, and when to try again', () => {
    const state = { ...refused, code: 'rate_limited', retryAfterMs: 4_200 };
    expect(formProblems(t, state, ['email']).general).toBe('Слишком много попыток. Попробуйте через 5 секунд.');
    expect(formProblems(t, { ...refused, code: 'odd' }, ['email']).general).toBe('No.');
  });
});
