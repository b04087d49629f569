import type { ZodType } from 'zod';
import type { Outcome } from './outcome';
import type { Speaker } from './speaker';

/** A field that takes text. */
export interface Field {
  where: string;
  /** the contract's rule; null where the text names what most likely is not there, and only a defect is wrong */
  schema: ZodType<string> | null;
  send(speaker: Speaker, text: string): Promise<Outcome>;
  /** where in the answer the normalised text stands; null where the answer does not say it */
  value: readonly string[] | null;
  /** the text again, from wherever it is told; each has to be what was stored */
  read(speaker: Speaker, outcome: Outcome, parsed: string): Promise<unknown[]>;
  /** whether another may have taken it: a conflict is right then */
  taken: boolean;
}

type Details = Partial<Pick<Field, 'value' | 'read' | 'taken'>>;

const nothing = () => Promise.resolve([]);

/** A field whose text the contract has a rule for: what is legal is stored and told again, what is not is refused. */
export function rule(where: string, schema: Field['schema'], send: Field['send'], details: Details = {}): Field {
  return { where, schema, send, value: null, read: nothing, taken: false, ...details };
}

/** A field whose text names what most likely is not there, or is nobody's: only a defect is wrong. */
export function probe(where: string, send: Field['send']): Field {
  return rule(where, null, send);
}

/** What stands at a path in an answer; undefined where there is no such thing. */
export function found(answer: unknown, ...path: readonly (string | number)[]): unknown {
  let value = answer;
  for (const key of path) {
    if (Array.isArray(value)) value = typeof key === 'number' ? (value as unknown[])[key] : undefined;
    else value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

const REFUSED = new Set(['unprocessable', '422']);
const TAKEN = new Set(['conflict', '409']);

/**
 * Sends a text into a field, and judges what comes of it by the contract.
 *
 * @returns what is wrong, or null
 */
export async function tryField(field: Field, speaker: Speaker, text: string): Promise<string | null> {
  const outcome = await field.send(speaker, text);
  if (outcome.wrong !== null) return outcome.wrong;
  // What somebody typed comes back as text, never as elements of the page.
  if (/<[a-z!/]/i.test(text) && text.length > 6 && outcome.page.includes(text)) return 'the page holds it as markup';
  if (field.schema === null) return null;
  const parsed = field.schema.safeParse(text);
  if (!parsed.success)
    return REFUSED.has(outcome.code) ? null : `taken, or refused as ${outcome.code}, against its rule`;
  if (!outcome.ok && !(field.taken && TAKEN.has(outcome.code))) return `legal, and refused as ${outcome.code}`;
  const told = outcome.ok && field.value ? [found(outcome.answer, ...field.value)] : [];
  const again = await field.read(speaker, outcome, parsed.data);
  const wrong = [...told, ...again].findIndex((value) => value !== parsed.data);
  return wrong < 0 ? null : `legal, and comes back as ${JSON.stringify([...told, ...again][wrong])}`;
}
