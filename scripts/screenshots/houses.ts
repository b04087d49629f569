import { fillHouse } from '../../prisma/seed/house';
import { connectDatabase, disconnectDatabase } from '../../lib/db';
import { startEmbedded } from '../../lib/embedded';
import { log } from '../../lib/log';
import { migrate } from '../../lib/migrations';
import { createDataDir } from '../../tests/harness/data-dir';
import { createDatabase } from '../../tests/harness/database';
import { Mailbox } from '../../tests/harness/mailbox';
import { startOpenIdProvider, type OpenIdProvider } from '../../tests/harness/openid-provider';
import { startProcess } from '../../tests/harness/server-process';
import { buildAll, isFresh } from '../build.mjs';

/** A running service to take pictures of. */
export interface House {
  url: string;
  /** who there is to sign in as; nobody where an account is to be made */
  email?: string | undefined;
  password?: string | undefined;
  /** where people may come in through it */
  provider?: OpenIdProvider;
}

/** The services: one as it is without settings, and one that sends letters and knows a provider. */
export type Houses = Partial<Record<'plain' | 'connected', House>>;

/** Builds and starts both, each on a populated database, and stops them after `work`. */
export async function withOwnHouses(work: (houses: Houses) => Promise<void>): Promise<void> {
  if (!isFresh()) await buildAll();
  log.level = 'error';
  const ends: (() => Promise<unknown>)[] = [];
  try {
    const folder = await createDataDir();
    ends.push(folder.remove);
    const postgres = await startEmbedded(folder.path);
    ends.push(postgres.stop);
    const mailbox = await Mailbox.open();
    ends.push(() => mailbox.close());
    const provider = await startOpenIdProvider();
    ends.push(() => provider.stop());
    const template = await createDatabase(postgres.url);
    await migrate(template.url);
    connectDatabase(template.url);
    const { people, password } = await fillHouse(4);
    await disconnectDatabase();
    const open = async (env: Record<string, string> = {}): Promise<House> => {
      const database = await createDatabase(postgres.url, new URL(template.url).pathname.slice(1));
      const server = await startProcess({ database: database.url, env });
      ends.push(async () => {
        await server.stop();
        // What a page had to complain of, not that it was asked for.
        process.stdout.write(server.logs().replace(/^\{"level":[0-3]0,.*\n/gm, ''));
      });
      return { url: server.url, email: people[0]?.email, password };
    };
    const letters = { SMTP_URL: mailbox.url(), MAIL_FROM: 'house@example.org' };
    await work({
      plain: await open(),
      connected: { ...(await open({ ...letters, ...provider.settings })), provider },
    });
  } finally {
    for (const end of ends.reverse()) await end();
  }
}
