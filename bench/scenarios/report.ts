import { table } from '../statistics';
import { median, type Results } from './results';

/** What a scenario is called, and which of its measures is compared. */
interface Heading {
  title: string;
  compared: RegExp;
}

const HEADINGS: Record<string, Heading> = {
  cost: { title: 'CPU per delivery: 20 messages/s in one room of 1,000', compared: /^µs$/ },
  room: { title: 'Most deliveries/s in one room of 1,000, p99 ≤ 250 ms', compared: /^deliveries/ },
  latency: { title: 'Until the last of 1,000 has it, in ms, at parts of that', compared: /^p99 at 50/ },
  pages: { title: 'The same at half of it, while 20 room pages/s are made, in ms', compared: /^last p99/ },
  rooms: { title: 'Most acknowledged, delivered messages/s in 200 rooms of 10, p99 ≤ 150 ms', compared: /^messages/ },
  overload: { title: 'Three times that: times in ms', compared: /^acknowledged\/s/ },
  connections: { title: 'Connections that are signed in, have joined, and say nothing', compared: /^kB each/ },
};

/** Whom the others are compared with, where they are there. */
const BASELINES = ['ws', 'Socket.IO', 'Socket.IO + INSERT', 'ws + group commit'];

const figure = (value: number): string =>
  Number.isNaN(value) ? '–' : value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

function scenarioTable(name: string, results: Results): string {
  const bySubject = results.figures[name] ?? {};
  const { title, compared } = HEADINGS[name] ?? { title: name, compared: /^/ };
  const measures = [...new Set(Object.values(bySubject).flatMap((each) => Object.keys(each)))];
  const main = measures.find((measure) => compared.test(measure)) ?? '';
  const middle = (subject: string, measure: string) => median(bySubject[subject]?.[measure] ?? []);
  const baselines = BASELINES.filter((subject) => subject in bySubject);
  const rows = Object.entries(bySubject).map(([subject, values]) => {
    const all = values[main] ?? [];
    return [
      subject,
      ...measures.map((measure) => figure(middle(subject, measure))),
      all.length > 1 ? `${figure(Math.min(...all))}–${figure(Math.max(...all))}` : '',
      ...baselines.map((baseline) => figure(middle(subject, main) / middle(baseline, main))),
    ];
  });
  const head = ['', ...measures, `${main}: range`, ...baselines.map((baseline) => `× ${baseline}`)];
  return `${title}\n${table(head, rows)}`;
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

/** The figures as people read them: medians of the rounds, and ratios of the medians of the measure that counts. */
export function describeResults(results: Results): string {
  const tables = Object.keys(HEADINGS)
    .filter((name) => name in results.figures)
    .map((name) => scenarioTable(name, results));
  if (Object.keys(results.correctness).length > 0) tables.push(correctnessTable(results));
  if (results.notes.length > 0) tables.push(results.notes.map((note) => `- ${note}`).join('\n'));
  return tables.join('\n\n');
}
