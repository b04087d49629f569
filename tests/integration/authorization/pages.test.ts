import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer, type RunningServer } from '../../harness/server';
import { declared } from './outcome';
import { makeStage, STANDINGS, VISIBILITIES } from './stage';
import { PAGES } from './table';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

/** `(chat)/chat/[room]/page.tsx` → `/chat/:room` */
function addressOf(file: string): string {
  const segments = file.split('/').slice(0, -1);
  const path = segments
    .filter((segment) => !segment.startsWith('('))
    .map((segment) => segment.replace(/^\[(\w+)\]$/, ':$1'));
  return `/${path.join('/')}`;
}

it('all pages are in the table', () => {
  const entries = readdirSync(join(import.meta.dirname, '../../../app'), { recursive: true, encoding: 'utf8' });
  const files = entries.filter((file) => file.endsWith('page.tsx'));
  expect(Object.keys(PAGES).sort()).toEqual([...new Set(files.map(addressOf))].sort());
});

/** Who may read what is written in a room. */
const READING = PAGES['/chat/:room'] ?? { public: '' };

/** 307 and 303 both send a browser elsewhere, with a GET. */
const outcomeOf = (status: number) => (status === 200 ? 'ok' : status === 307 ? '303' : String(status));

describe.each(Object.entries(PAGES))('%s', (path, row) => {
  it.each(VISIBILITIES)('about a %s room', async (visibility) => {
    const seen: Record<string, string> = {};
    for (const standing of STANDINGS) {
      const { room, actor, invitation } = await makeStage(standing, visibility);
      const response = await fetch(server.url + path.replace(':room', room).replace(':token', invitation.token), {
        redirect: 'manual',
        headers: { accept: 'text/html', ...(actor && { cookie: actor.cookie }) },
      });
      const text = await response.text();
      seen[standing] = outcomeOf(response.status);
      // Whoever may not read a room is not told what is written in it, whatever the page and its status.
      if (declared(READING, visibility, standing) !== 'ok') expect(text).not.toContain('written before');
    }
    expect(seen).toEqual(Object.fromEntries(STANDINGS.map((who) => [who, declared(row, visibility, who)])));
  });
});
