'use client';

import { MessagePage } from '@/components/ui/message-page';
import { Button } from '@/components/ui/button';
import './globals.css';

/** The last resort: the shell itself failed, so there is no catalogue to take the words from. */
export default function GlobalError({ retry }: { error: unknown; retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <title>Beseda</title>
        <main>
          <MessagePage title="Something broke" text="The page could not be shown. Страницу не удалось показать.">
            <Button onClick={retry}>Try again · Попробовать снова</Button>
          </MessagePage>
        </main>
      </body>
    </html>
  );
}
