import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitLinks } from './links';

const links = (text: string) => splitLinks(text).flatMap(({ href }) => (href ? [href] : []));

describe('splitLinks', () => {
  it.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(https://example.org/a_(b))', ['https://example.org/a_(b)']],
    ['смотри www.пример.рф/путь, да', ['https://www.xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C']],
    ['mail mailto:anna@example.org!', ['mailto:anna@example.org']],
    ['http://localhost:3000/chat', ['http://localhost:3000/chat']],
    ['HTTPS://EXAMPLE.ORG', ['https://example.org/']],
    ['one https://a.example two http://b.example/', ['https://a.example/', 'http://b.example/']],
  ])('finds %j', (text, expected) => expect(links(text)).toEqual(expected));

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'xhttps://example.org',
    'https://',
    'www.',
    'mailto:',
    'mailto:javascript:alert(1)',
    'ftp://example.org',
    'just words. and more',
  ])('leaves %j alone', (text) => expect(links(text)).toEqual([]));

  it('loses nothing, and makes nothing but harmless links', () => {
    const piece = fc.constantFrom(
      'https://',
      'www.',
      'mailto:',
      'javascript:',
      'a.example',
      '(',
      ')',
      '.',
      ' ',
      '@',
      '"',
      '<',
      '\n',
      '/',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 20 }), (pieces) => {
        const text = pieces.join('');
        const parts = splitLinks(text);
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const { href } of parts) if (href) expect(href).toMatch(/^(https?|mailto):/);
      }),
    );
  });

  it('takes linear time', () => {
    const start = performance.now();
    splitLinks(`https://a.example/${')'.repeat(8_000)}`);
    splitLinks('www.'.repeat(2_000));
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});
