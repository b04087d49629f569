import { defineConfig } from 'prisma/config';

/** Prisma's command-line settings; the service itself connects through `lib/db.ts`. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'tsx prisma/seed.ts' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://localhost:1/unset' },
});
