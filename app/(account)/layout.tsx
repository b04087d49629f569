import { NextIntlClientProvider } from 'next-intl';
import type { ReactNode } from 'react';
import { CONTENT_ID, SkipLink } from '@/components/ui/skip-link';
import { Wordmark } from '@/components/ui/wordmark';
import { clientMessages } from '@/lib/i18n/client-messages';

/** One narrow column: nothing beside the form asks for attention. */
export default async function AccountLayout({ children }: { children: ReactNode }) {
  return (
    <NextIntlClientProvider messages={await clientMessages('common', 'account', 'errors')}>
      <SkipLink />
      <div className="mx-auto flex min-h-dvh w-full max-w-md flex-col px-6 py-8">
        <header>
          <Wordmark />
        </header>
        <main
          id={CONTENT_ID}
          tabIndex={-1}
          className="flex flex-1 flex-col justify-center py-12 focus-visible:outline-none"
        >
          {children}
        </main>
      </div>
    </NextIntlClientProvider>
  );
}
