import { z } from 'zod';
import { median, type Figures } from '../scenarios/results';

// What is not a number (nothing held, nothing came) is null in JSON.
const valuesSchema = z.array(z.number().nullable()).transform((values) => values.filter((value) => value !== null));
const fileSchema = z.object({
  figures: z.record(z.string(), z.record(z.string(), z.record(z.string(), valuesSchema))),
});

/**
 * What `npm run bench -- … --json FILE` wrote.
 *
 * @param texts of files; where two have the same scenario, the later counts
 * @throws z.ZodError, SyntaxError for what is no such file
 */
export function readFigures(texts: readonly string[]): Figures {
  return Object.assign({}, ...texts.map((text) => fileSchema.parse(JSON.parse(text)).figures)) as Figures;
}

/** A subject's median of some measure. */
export interface Row {
  subject: string;
  value: number;
}

/** The medians of a measure of a scenario, in the order of the file; subjects that have none are left out. */
export function mediansOf(figures: Figures, scenario: string, measure: string): Row[] {
  return Object.entries(figures[scenario] ?? {})
    .map(([subject, measures]) => ({ subject, value: median(measures[measure] ?? []) }))
    .filter(({ value }) => Number.isFinite(value));
}
