import { expect, it } from 'vitest';
import type { Figures } from '../scenarios/results';
import { readFigures } from './figures';
import { renderSvg } from './render';
import { plotsOf } from './specs';

const FIGURES: Figures = {
  room: { ws: { 'deliveries/s': [90_000, 106_000, 120_000] }, 'Beseda, WebSocket': { 'deliveries/s': [1_900_000] } },
  rooms: { ws: { 'messages/s': [5_500] } },
  latency: { ws: { 'p50 at 25 %': [4], 'p99 at 25 %': [9], 'p50 at 50 %': [5], 'p99 at 50 %': [12] } },
  connections: { ws: { 'kB each at 5000': [10], 'kB each at 10000': [9.1] } },
  history: { 'open: room:join': { '1000': [5, 4, 6], '10000': [5], '100000': [6], '1000000': [7] } },
};

it('draws what there are figures of, and nothing else', () => {
  expect(Object.keys(plotsOf(FIGURES))).toEqual(['deliveries', 'messages', 'latency', 'memory', 'growth']);
  expect(plotsOf({ cost: { ws: { µs: [9] } } })).toEqual({});
});

it('shows medians, every subject by name, on a ground that can be read on any page', async () => {
  const svg = await renderSvg(plotsOf(FIGURES).deliveries ?? { data: { values: [] }, mark: 'bar' });
  expect(svg).toContain('>106,000<');
  expect(svg).toContain('>1,900,000<');
  expect(svg).toContain('>ws<');
  expect(svg).toContain('>Beseda, WebSocket<');
  expect(svg).toContain('fill="#ffffff"');
});

it('shows memory at the greatest number of connections', async () => {
  const svg = await renderSvg(plotsOf(FIGURES).memory ?? { data: { values: [] }, mark: 'bar' });
  expect(svg).toContain('10,000 connections');
  expect(svg).toContain('>9.1<');
});

it('reads several files, of which the later counts, and leaves out what nothing came of', () => {
  const [first, second] = [{ room: { ws: { p99: [1] } }, cost: {} }, { room: { ws: { p99: [2, null] } } }].map(
    (figures) => JSON.stringify({ node: 'v20', figures }),
  );
  expect(readFigures([first ?? '', second ?? ''])).toEqual({ room: { ws: { p99: [2] } }, cost: {} });
});
