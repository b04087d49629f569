import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../app/globals.css', import.meta.url), 'utf8');

/** The colours of one theme by name. */
function palette(theme: 0 | 1): Map<string, string> {
  const pairs = css.matchAll(/--color-([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g);
  return new Map([...pairs].map(([, name = '', light = '', dark = '']) => [name, theme === 0 ? light : dark]));
}

/** WCAG 2.2, relative luminance. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const PAGES = ['bg', 'surface', 'raised'];
const TEXT: [string, string[]][] = [
  ['ink', [...PAGES, 'accent-soft', 'danger-soft', 'line']],
  ['muted', [...PAGES, 'line', 'accent-soft']],
  ['faint', PAGES],
  ['accent', [...PAGES, 'accent-soft']],
  ['danger', [...PAGES, 'danger-soft']],
  ['success', PAGES],
  ['accent-ink', ['accent', 'accent-strong']],
  ['danger-ink', ['danger']],
];

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('the %s palette', (_, theme) => {
  const colours = palette(theme);
  const colour = (name: string) => colours.get(name) ?? expect.fail(`no colour ${name}`);

  it.each(TEXT.flatMap(([text, grounds]) => grounds.map((ground) => [text, ground] as const)))(
    '%s is legible on %s',
    (text, ground) => {
      expect(contrast(colour(text), colour(ground))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(PAGES)('controls and focus stand out from %s', (ground) => {
    expect(contrast(colour('control'), colour(ground))).toBeGreaterThanOrEqual(3);
    expect(contrast(colour('accent'), colour(ground))).toBeGreaterThanOrEqual(3);
  });
});
