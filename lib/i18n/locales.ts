import { localeSchema, themeSchema, type Locale, type Theme } from '@/lib/contracts/accounts';

export const LOCALES = localeSchema.options;
export const LOCALE_COOKIE = 'locale';
export const THEME_COOKIE = 'theme';

/** What each language calls itself: shown as it is in every language. */
export const LOCALE_NAMES: Record<Locale, string> = { en: 'English', ru: 'Русский' };

/**
 * The best of the house's languages for an `Accept-Language` header (RFC 9110, 12.5.4).
 *
 * @returns null when the header is absent or names none of them
 */
export function fromAcceptLanguage(header: string | null): Locale | null {
  const ranges = (header ?? '')
    .split(',', 32)
    .map((part) => {
      const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
      const q = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { primary: range.trim().split('-')[0] ?? '', quality: q === undefined ? 1 : Number(q) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { primary } of ranges) {
    const locale = localeSchema.safeParse(primary);
    if (locale.success) return locale.data;
  }
  return null;
}

/**
 * The language of a page: what was chosen in this browser, else the account's, else the browser's, else English.
 * Unknown values count as absent.
 */
export function chooseLocale(cookie: unknown, account: Locale | null, acceptLanguage: string | null): Locale {
  const chosen = localeSchema.safeParse(cookie);
  return chosen.success ? chosen.data : (account ?? fromAcceptLanguage(acceptLanguage) ?? 'en');
}

/** The theme that a cookie asks for; `system` for anything unknown. */
export function chooseTheme(cookie: unknown): Theme {
  const chosen = themeSchema.safeParse(cookie);
  return chosen.success ? chosen.data : 'system';
}
