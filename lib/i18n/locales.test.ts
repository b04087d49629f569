import { describe, expect, it } from 'vitest';
import { chooseLocale, chooseTheme, fromAcceptLanguage } from './locales';

describe('fromAcceptLanguage', () => {
  it.each([
    ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'],
    ['en-GB', 'en'],
    ['de, ru;q=0.5, en;q=0.7', 'en'],
    ['ru;q=0, en;q=0.1', 'en'],
    ['de', null],
    ['', null],
    [null, null],
  ])('%s → %s', (header, locale) => {
    expect(fromAcceptLanguage(header)).toBe(locale);
  });
});

describe('chooseLocale', () => {
  it('takes the cookie, then the account, then the browser, then English', () => {
    expect(chooseLocale('ru', 'en', 'en')).toBe('ru');
    expect(chooseLocale('xx', 'ru', 'en')).toBe('ru');
    expect(chooseLocale(undefined, null, 'ru')).toBe('ru');
    expect(chooseLocale(undefined, null, 'fr')).toBe('en');
  });
});

describe('chooseTheme', () => {
  it('falls back to the system', () => {
    expect(chooseTheme('dark')).toBe('dark');
    expect(chooseTheme('" onload=')).toBe('system');
  });
});
