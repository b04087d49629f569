import type { Metadata, Viewport } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import { connection } from 'next/server';
import type { ReactNode } from 'react';
import { clientMessages } from '@/lib/i18n/client-messages';
import { chooseTheme, THEME_COOKIE } from '@/lib/i18n/locales';
import { cyrillic, latin } from './fonts';
import './globals.css';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('common');
  return {
    title: { default: t('name'), template: `%s · ${t('name')}` },
    description: t('description'),
    applicationName: t('name'),
    icons: { icon: { url: '/icon.svg', type: 'image/svg+xml' } },
    formatDetection: { telephone: false, email: false, address: false },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  interactiveWidget: 'resizes-content',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fdfdfc' },
    { media: '(prefers-color-scheme: dark)', color: '#131615' },
  ],
};

/** The shell of every page: language, theme, fonts. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  // Rendered per request, always: a page made ahead of time would carry no nonce, and its scripts would be refused.
  await connection();
  const locale = await getLocale();
  const theme = chooseTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang={locale} data-theme={theme} className={`${latin.variable} ${cyrillic.variable}`}>
      <body>
        <NextIntlClientProvider messages={await clientMessages('common', 'errors')}>{children}</NextIntlClientProvider>
      </body>
    </html>
  );
}
