/** One line of the table: what was measured, what it has to be, what it was. */
export interface Row {
  measure: string;
  goal: string;
  figure: string;
  /** false turns the whole run red; undefined: told for information */
  good?: boolean;
}

/** What a scenario found. */
export interface Report {
  title: string;
  rows: Row[];
  /** whether everything that has a goal met it */
  good: boolean;
}

/** A scenario beside the faults: a load of its own on a server of its own. */
export type Scenario = (options: ScenarioOptions) => Promise<Report>;

/** How a scenario is asked for. */
export interface ScenarioOptions {
  /** of the one generator that decides what is random */
  seed: number;
  /** smaller figures, for a run within a run */
  quick?: boolean;
  /** milliseconds, where the scenario goes on for as long as it is told */
  durationMs?: number;
}

/** @returns the report of these rows: good when none of them is bad */
export function reportOf(title: string, rows: Row[]): Report {
  return { title, rows, good: rows.every((row) => row.good !== false) };
}

const HEADINGS = { measure: 'what', goal: 'goal', figure: 'figure' };

/**
 * A report as text: its title, then a table in columns that a reader and Markdown both understand.
 *
 * @returns lines without a final line break
 */
export function formatReport({ title, rows }: Report): string {
  const columns = (['measure', 'goal', 'figure'] as const).map((column) => ({
    column,
    width: Math.max(...[HEADINGS, ...rows].map((row) => row[column].length)),
  }));
  const line = (row: Row | typeof HEADINGS, mark: string) =>
    `| ${columns.map(({ column, width }) => row[column].padEnd(width)).join(' | ')} | ${mark} |`;
  return [
    `## ${title}`,
    '',
    line(HEADINGS, '   '),
    `| ${columns.map(({ width }) => '-'.repeat(width)).join(' | ')} | --- |`,
    ...rows.map((row) => line(row, row.good === undefined ? '   ' : row.good ? 'ok ' : 'BAD')),
  ].join('\n');
}
