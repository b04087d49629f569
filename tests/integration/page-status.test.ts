import { afterAll, beforeAll, expect, it } from 'vitest';
import { createPerson } from '../harness/people';
import { startServer, type RunningServer } from '../harness/server';

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ env: { RATE_LIMITS: 'on' } });
});
afterAll(() => server.stop());

it('a page tells who asks too often when to come back', async () => {
  const { cookie } = await createPerson();
  const ask = () => fetch(`${server.url}/user/search/results?q=a`, { headers: { cookie, accept: 'text/html' } });
  const answers = await Promise.all(Array.from({ length: 104 }, ask));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  }
});
