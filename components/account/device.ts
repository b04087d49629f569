/** What a program calls itself, as far as it can be told to a person. */
export interface Device {
  /** a browser's or a program's name; null when it says nothing */
  program: string | null;
  system: string | null;
}

/** The first that matches counts: nearly every browser also claims to be those after it. */
const PROGRAMS: readonly [RegExp, string][] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bYaBrowser\//, 'Yandex Browser'],
  [/\bVivaldi\//, 'Vivaldi'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*\bSafari\//, 'Safari'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
];

/** A program that is no browser names itself first: `curl/8.5.0`. */
const PRODUCT = /^([\w.-]{1,32})(?:\/|$)/;

function first(rules: readonly [RegExp, string][], userAgent: string): string | null {
  return rules.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null;
}

/**
 * What stands behind a `User-Agent`, in words. It is a hint for people: whoever wants to can call themselves anything.
 *
 * @param userAgent as the client sent it
 */
export function deviceOf(userAgent: string): Device {
  const product = PRODUCT.exec(userAgent)?.[1];
  return {
    program: first(PROGRAMS, userAgent) ?? (product === 'Mozilla' ? null : (product ?? null)),
    system: first(SYSTEMS, userAgent),
  };
}
