import type { KindName } from './kind';

/** What was found, the first time. */
export interface Finding {
  what: string;
  evidence: string;
  /** how to see it again, as far as that is known */
  replay: string;
  /** how often it was found */
  times: number;
}

/** As much of a finding's bytes as is shown. */
const SHOWN = 1_500;

/** Bytes so that they can be read and written down: what is not printable is escaped. */
function printable(evidence: Buffer | string): string {
  const bytes = typeof evidence === 'string' ? Buffer.from(evidence) : evidence;
  const text = bytes.subarray(0, SHOWN).toString('latin1');
  const shown = text.replace(/[^\x20-\x7e\n]/g, (character) =>
    character === '\r' ? '\\r' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  return bytes.length > SHOWN ? `${shown} … (${bytes.length} bytes)` : shown;
}

/** What the service must not have done: each thing once. */
export class Findings {
  readonly #seed: number;
  readonly #found = new Map<string, Finding>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get all(): Finding[] {
    return [...this.#found.values()];
  }

  /** Of a case. */
  ofCase(kind: KindName, index: number, what: string, evidence: Buffer | string): void {
    this.#add(`${kind}: ${what}`, evidence, `npm run fuzz -- --seed ${this.#seed} --only ${kind} --case ${index}`);
  }

  /** Of the service as a whole; `about` says which cases were under way. */
  ofService(about: string, what: string, evidence: Buffer | string): void {
    this.#add(what, evidence, about);
  }

  #add(what: string, evidence: Buffer | string, replay: string): void {
    const known = this.#found.get(what);
    if (known) known.times++;
    else this.#found.set(what, { what, evidence: printable(evidence), replay, times: 1 });
  }
}
