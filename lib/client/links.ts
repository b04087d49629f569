/** A stretch of a message's text: plain, or an address that it leads to. */
export type TextPart = { text: string; href?: string };

/**
 * Where an address may begin: only schemes that cannot run anything, and `www.`. What else a message holds stays text.
 * No nested repetition, so it takes linear time on any input.
 */
const ADDRESS = /(?<![\p{L}\p{N}_])(?:https?:\/\/|mailto:|www\.)[^\s<>"'`«»“”]+/giu;

/** Punctuation that ends the sentence rather than the address. */
const TRAILING = /[.,:;!?…*_~|]$/u;
const BRACKETS: Record<string, string> = { ')': '(', ']': '[', '}': '{' };

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** Takes off what belongs to the sentence: `(see https://a.example/b).` */
function trimAddress(found: string): string {
  const surplus: Record<string, number> = {};
  for (const [closing, opening] of Object.entries(BRACKETS))
    surplus[closing] = count(found, closing) - count(found, opening);
  let end = found.length;
  for (; end > 0; end--) {
    const last = found.charAt(end - 1);
    const unpaired = surplus[last] ?? 0;
    if (unpaired > 0) surplus[last] = unpaired - 1;
    else if (!TRAILING.test(last)) break;
  }
  return found.slice(0, end);
}

function parse(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}

function hrefOf(address: string): string | undefined {
  const url = parse(/^www\./i.test(address) ? `https://${address}` : address);
  if (!url) return undefined;
  if (url.protocol === 'mailto:') return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(url.pathname) ? url.href : undefined;
  const named = url.hostname.includes('.') || url.hostname === 'localhost' || url.hostname.startsWith('[');
  return (url.protocol === 'https:' || url.protocol === 'http:') && named ? url.href : undefined;
}

/**
 * Finds the links in a message: http, https, mailto and `www.`. The parts, put together, are the text as it was.
 *
 * @param text what somebody typed; nothing in it is taken for markup
 */
export function splitLinks(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimAddress(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
