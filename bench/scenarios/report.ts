import { table } from '../statistics';
import { median, type Results } from './results';

/** What a scenario is called, and which of its measures are compared. */
interface Heading {
  title: string;
  compared: RegExp;
}

const HEADINGS: Record<string, Heading> = {
  cost: { title: 'CPU per delivery: 20 messages/s in one room of 1,000 (times in ms)', compared: /^µs$/ },
  room: { title: 'Most deliveries/s in one room of 1,000, p99 ≤ 250 ms', compared: /^deliveries/ },
  latency: { title: 'Until the last of 1,000 has it, in ms, at parts of that', compared: /^p99 at 50/ },
  pages: { title: 'The same at half of it, while 20 room pages/s are made, in ms', compared: /^$/ },
  rooms: { title: 'Most acknowledged, delivered messages/s in 200 rooms of 10, p99 ≤ 150 ms', compared: /^messages/ },
  overload: { title: 'Three times that, times in ms', compared: /^$/ },
  nodes: {
    title:
      'Several nodes: one of 1,000 messages/s in 200 rooms of 10 (times in ms), and the most of them, p99 ≤ 150 ms, nodes, PostgreSQL and Redis on one core',
    compared: /^(?:all|most)/,
  },
  neighbours: {
    title: 'Everybody else beside those who behave badly: 100 messages/s in 50 rooms of 10, limits on, times in ms',
    compared: /^$/,
  },
  connections: {
    title: 'Connections that are signed in, have joined, and say nothing',
    compared: /^(?:kB each|s until)/,
  },
  http: {
    title: 'HTTP: the most of 16 connections, and half of that on a schedule (times in ms, CPU of one request in µs)',
    compared: /^$/,
  },
  process: { title: 'The process, until ready on a database that is there, and its memory', compared: /^$/ },
};

/** Whom the others are compared with, where they are there. */
const BASELINES = ['ws', 'Socket.IO', 'Socket.IO + INSERT', 'ws + group commit'];

const figure = (value: number): string =>
  Number.isFinite(value) ? value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2) : '–';

type BySubject = Record<string, Record<string, number[]>>;

const middle = (bySubject: BySubject, subject: string, measure: string): number =>
  median(bySubject[subject]?.[measure] ?? []);

/** One measure: each subject's median, its range over the rounds, and how it compares. */
function comparison(bySubject: BySubject, measure: string): string {
  const baselines = BASELINES.filter((subject) => subject in bySubject);
  const rows = Object.entries(bySubject).map(([subject, values]) => {
    const all = values[measure] ?? [];
    const mine = middle(bySubject, subject, measure);
    return [
      subject,
      figure(mine),
      `${figure(Math.min(...all))} to ${figure(Math.max(...all))}`,
      ...baselines.map((baseline) => figure(mine / middle(bySubject, baseline, measure))),
    ];
  });
  return table([`compared: ${measure}`, 'median', 'range', ...baselines.map((baseline) => `× ${baseline}`)], rows);
}

function scenarioTables(name: string, results: Results): string {
  const bySubject = results.figures[name] ?? {};
  const { title, compared } = HEADINGS[name] ?? { title: name, compared: /^$/ };
  const measures = [...new Set(Object.values(bySubject).flatMap((each) => Object.keys(each)))];
  const rows = Object.keys(bySubject).map((subject) => [
    subject,
    ...measures.map((measure) => figure(middle(bySubject, subject, measure))),
  ]);
  const comparisons = measures
    .filter((measure) => compared.test(measure))
    .map((measure) => `\n${comparison(bySubject, measure)}`);
  return [title, table(['', ...measures], rows), ...comparisons].join('\n');
}

function correctnessTable(results: Results): string {
  const rows = Object.entries(results.correctness).map(
    ([subject, { runs, deliveries, missing, doubled, reordered, late, lost }]) => [
      subject,
      ...[runs, deliveries, missing, doubled, reordered, late].map(String),
      Object.entries(lost)
        .map(([reason, count]) => `${reason} × ${count}`)
        .join(', ') || '0',
    ],
  );
  const head = ['', 'runs', 'deliveries', 'missing', 'doubled', 'reordered', 'late in overload', 'connections lost'];
  return `Whether everything came, once and in order\n${table(head, rows)}`;
}

/** The figures as people read them: medians of the rounds, and ratios of those that count. */
export function describeResults(results: Results): string {
  const tables = Object.keys(HEADINGS)
    .filter((name) => name in results.figures)
    .map((name) => scenarioTables(name, results));
  if (Object.keys(results.correctness).length > 0) tables.push(correctnessTable(results));
  if (results.notes.length > 0) tables.push(results.notes.map((note) => `- ${note}`).join('\n'));
  return tables.join('\n\n');
}
