import type { TopLevelSpec } from 'vega-lite';
import { DIMENSIONS, type DimensionName } from '../growth/dimensions';
import { pointsOf } from '../growth/report';
import type { Figures } from '../scenarios/results';
import { mediansOf, type Row } from './figures';

/** Readable on a white page and, having a ground of its own, on a dark one. */
const CONFIG: TopLevelSpec['config'] = {
  // Every point with a label of its own would double the files, which pages show as images anyway.
  aria: false,
  background: '#ffffff',
  padding: 12,
  font: 'system-ui, sans-serif',
  title: { anchor: 'start', fontSize: 13, color: '#1f2328' },
  axis: {
    labelColor: '#424a53',
    titleColor: '#424a53',
    gridColor: '#eaeef2',
    domainColor: '#8c959f',
    tickColor: '#8c959f',
  },
  legend: { labelColor: '#424a53', titleColor: '#424a53', labelLimit: 260 },
  header: { labelColor: '#1f2328', labelFontWeight: 'bold', titleColor: '#424a53' },
  view: { stroke: null },
};
const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';
const OURS = '#0969da';
const THEIRS = '#8c959f';

/** Of what is measured as it grows, enough to tell the kinds apart. */
const GROWING = [
  'open: room:join',
  'open: GET /chat/room, page',
  'page: before, middle',
  'unread list: room:list',
  'post: message:send',
  'search: a common word',
  'member:list',
];

const isOurs = (subject: string): boolean => subject.startsWith('Beseda');

function bars(title: string, axis: string, rows: Row[]): TopLevelSpec | null {
  if (rows.length === 0) return null;
  return {
    $schema: SCHEMA,
    title,
    width: 420,
    data: {
      values: rows.map((row) => ({ ...row, ours: isOurs(row.subject), label: Math.round(row.value * 10) / 10 })),
    },
    encoding: {
      y: { field: 'subject', type: 'nominal', sort: null, title: null, axis: { labelLimit: 200 } },
      x: { field: 'value', type: 'quantitative', title: axis },
    },
    layer: [
      {
        mark: { type: 'bar', height: 16 },
        encoding: { color: { condition: { test: 'datum.ours', value: OURS }, value: THEIRS } },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, color: '#1f2328' },
        encoding: { text: { field: 'label', type: 'quantitative', format: ',' } },
      },
    ],
    config: CONFIG,
  };
}

function latency(figures: Figures): TopLevelSpec | null {
  const values = [25, 50, 75].flatMap((share) =>
    ['p50', 'p99'].flatMap((quantile) =>
      mediansOf(figures, 'latency', `${quantile} at ${share} %`).map((row) => ({ ...row, share, quantile })),
    ),
  );
  if (values.length === 0) return null;
  return {
    $schema: SCHEMA,
    title: 'Until the last of 1,000 has a message, under parts of what each server bears',
    width: 420,
    height: 240,
    data: { values },
    mark: { type: 'line', point: true },
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: '% of capacity',
        axis: { values: [25, 50, 75] },
        scale: { domain: [20, 80] },
      },
      y: { field: 'value', type: 'quantitative', title: 'ms', scale: { type: 'log' } },
      color: { field: 'subject', type: 'nominal', sort: null, title: null, scale: { scheme: 'tableau10' } },
      strokeDash: {
        field: 'quantile',
        type: 'nominal',
        sort: ['p99', 'p50'],
        title: null,
        legend: { symbolType: 'stroke' },
      },
    },
    config: CONFIG,
  };
}

/** Memory of each connection at the greatest number of them that was measured. */
function memory(figures: Figures): TopLevelSpec | null {
  const measures = Object.values(figures.connections ?? {}).flatMap((each) => Object.keys(each));
  const counts = measures.flatMap((measure) => /^kB each at (\d+)$/.exec(measure)?.[1] ?? []).map(Number);
  const most = Math.max(...counts);
  const rows = mediansOf(figures, 'connections', `kB each at ${most}`);
  return bars(`Memory of each of ${most.toLocaleString('en')} connections that say nothing`, 'kB', rows);
}

function growth(figures: Figures): TopLevelSpec | null {
  const values = (Object.keys(DIMENSIONS) as DimensionName[]).flatMap((name) =>
    GROWING.flatMap((operation) =>
      pointsOf(figures[name]?.[operation] ?? {}).map((point) => ({
        ...point,
        operation,
        dimension: DIMENSIONS[name].title,
      })),
    ),
  );
  if (values.length === 0) return null;
  return {
    $schema: SCHEMA,
    title: 'What things cost as something grows (both axes are logarithmic: a flat line does not grow)',
    data: { values },
    facet: {
      field: 'dimension',
      type: 'nominal',
      sort: Object.values(DIMENSIONS).map(({ title }) => title),
      title: null,
    },
    columns: 2,
    spec: {
      width: 280,
      height: 190,
      mark: { type: 'line', point: true },
      encoding: {
        x: {
          field: 'size',
          type: 'quantitative',
          title: null,
          scale: { type: 'log', nice: false },
          axis: { format: '~s', values: [10, 100, 1_000, 10_000, 100_000, 1_000_000] },
        },
        y: {
          field: 'cost',
          type: 'quantitative',
          title: 'ms',
          scale: { type: 'log' },
          axis: { format: '~g', tickCount: 4 },
        },
        color: { field: 'operation', type: 'nominal', sort: GROWING, title: null, scale: { scheme: 'tableau10' } },
      },
    },
    resolve: { scale: { x: 'independent' } },
    config: CONFIG,
  };
}

/**
 * The plots that figures are enough for.
 *
 * @returns Vega-Lite's specification of each, by the name of its file
 */
export function plotsOf(figures: Figures): Record<string, TopLevelSpec> {
  const plots = {
    deliveries: bars(
      'Most deliveries a second in one room of 1,000',
      'deliveries/s',
      mediansOf(figures, 'room', 'deliveries/s'),
    ),
    messages: bars(
      'Most acknowledged, delivered messages a second in 200 rooms of 10',
      'messages/s',
      mediansOf(figures, 'rooms', 'messages/s'),
    ),
    latency: latency(figures),
    memory: memory(figures),
    growth: growth(figures),
  };
  return Object.fromEntries(
    Object.entries(plots).flatMap(([name, spec]): [string, TopLevelSpec][] => (spec ? [[name, spec]] : [])),
  );
}
