import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { z } from 'zod';
import { launchBrowser } from '../tests/harness/browser';
import { withOwnHouses, type House, type Houses } from './screenshots/houses';
import { arrive, findRoom, json, type Visit, type Who } from './screenshots/people';
import { shots, type Shot } from './screenshots/shots';

/*
 * npx tsx scripts/screenshots.ts [URL [EMAIL PASSWORD]] [--only=name,…] [--in=wide-light-en,…]
 * Takes every page, wide and on a phone, in both themes and languages, into ./screenshots.
 * Without a URL it starts populated services of its own: one as it is without settings, and one that sends letters and knows a provider.
 * With one it takes what that service shows without such settings, as the account given or, without one, as a new one.
 */

const OUT = 'screenshots';
const SIZES = { wide: { width: 1280, height: 860 }, phone: { width: 360, height: 740 } } as const;
const THEMES = ['light', 'dark'] as const;
const LOCALES = ['en', 'ru'] as const;

const urlSchema = z.object({ url: z.string() });

/** Makes a link as the member may, and gives its path; who may not sees where a dead one leads. */
async function linkPath({ context }: Visit, base: string, maker: string, otherwise: string): Promise<string> {
  try {
    const answer = z
      .union([urlSchema, z.object({ invitation: urlSchema }).transform(({ invitation }) => invitation)])
      .parse(await json(context, base, maker, {}));
    const { pathname, search } = new URL(answer.url);
    return pathname + search;
  } catch {
    return otherwise;
  }
}

/** Takes the pictures of one service. */
async function takeHouse(
  browser: Browser,
  kind: keyof Houses,
  house: House,
  isWanted: (shot: Shot) => boolean,
  isWantedIn: (looks: string) => boolean,
): Promise<void> {
  const mine = (shot: Shot) => (shot.house ?? 'plain') === kind && isWanted(shot);
  const visits = new Map<Who, Visit>();
  const visitOf = async (who: Who): Promise<Visit> => {
    const visit = visits.get(who) ?? (await arrive(browser, house, who));
    visits.set(who, visit);
    return visit;
  };
  const facts = { room: 'none', invitation: '/invite/none', reset: '/reset?token=none', careful: '' };
  if (kind === 'plain') {
    const member = await visitOf('member');
    facts.careful = (await visitOf('careful')).email;
    facts.room = await findRoom(member, house);
    const room = `/api/v1/rooms/${encodeURIComponent(facts.room)}`;
    facts.invitation = await linkPath(member, house.url, `${room}/invitations`, facts.invitation);
    facts.reset = await linkPath(member, house.url, '/api/v1/users/james/reset', facts.reset);
  }
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const theme of THEMES) {
      for (const locale of LOCALES) {
        const looks = `${size}-${theme}-${locale}`;
        if (!isWantedIn(looks)) continue;
        const context = await browser.newContext({ viewport, colorScheme: theme, locale, deviceScaleFactor: 1 });
        for (const shot of shots(facts).filter(mine)) {
          if (shot.sizes && !shot.sizes.some((name) => name === size)) continue;
          await context.clearCookies();
          if (shot.as) await context.addCookies(await (await visitOf(shot.as)).context.cookies(house.url));
          await context.addCookies([{ name: 'locale', value: locale, url: house.url }]);
          await take(context, house.url, shot, looks);
        }
        await context.close();
      }
    }
  }
}

async function take(context: BrowserContext, base: string, shot: Shot, looks: string): Promise<void> {
  const page = await context.newPage();
  const tell = (text: string) => console.log(`  ${shot.name} ${looks}: ${text}`);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && tell(message.text()));
  page.on('pageerror', (error) => tell(error.message));
  await page.goto(base + shot.path);
  await page.waitForLoadState('load');
  await page.waitForTimeout(400);
  await shot.prepare?.(page);
  await page.waitForTimeout(250);
  const overflow = await overflowOf(page);
  if (overflow > 0) tell(`is ${overflow}px wider than the window`);
  await page.screenshot({ path: join(OUT, `${shot.name}-${looks}.png`), fullPage: shot.full ?? false });
  await page.close();
}

function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

function listOption(name: string): string[] | undefined {
  const start = `--${name}=`;
  return process.argv
    .find((word) => word.startsWith(start))
    ?.slice(start.length)
    .split(',');
}

async function main(): Promise<void> {
  const [url, email, password] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const only = listOption('only');
  const looks = listOption('in');
  await mkdir(OUT, { recursive: true });
  const takeAll = async (houses: Houses): Promise<void> => {
    const browser = await launchBrowser();
    try {
      for (const kind of ['plain', 'connected'] as const) {
        const house = houses[kind];
        if (!house) continue;
        await takeHouse(
          browser,
          kind,
          house,
          ({ name }) => !only || only.includes(name),
          (name) => !looks || looks.includes(name),
        );
      }
    } finally {
      await browser.close();
    }
  };
  if (url === undefined) await withOwnHouses(takeAll);
  else await takeAll({ plain: { url: new URL(url).origin, email, password } });
}

await main();
