import type { NextConfig } from 'next';
import createNextIntlPlugin from 'next-intl/plugin';

/** Messages are compiled while building, so that the browser needs no ICU parser: it would cost more than the catalogue itself. */
const withNextIntl = createNextIntlPlugin({
  requestConfig: './lib/i18n/request.ts',
  experimental: {
    messages: { path: './messages', locales: ['en', 'ru'], format: 'json', sourceLocale: 'en', precompile: true },
  },
});

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  // The front door answers in front of Next and compresses there or in nginx; security headers are its business too.
  devIndicators: false,
  typedRoutes: false,
  // Types are checked by `npm run typecheck`, tests and scripts included; whoever only starts the service need not wait for that.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  serverExternalPackages: ['pg', 'pino', 'pino-pretty', 'piscina', 'bcryptjs', 'nodemailer'],
  experimental: { optimizePackageImports: ['lucide-react', '@base-ui/react'] },
};

export default withNextIntl(config);
