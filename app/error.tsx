'use client';

import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { MessagePage } from '@/components/ui/message-page';

/** What a page shows in place of itself when rendering it failed; the server has logged why. */
export default function ErrorPage({ retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations('errors');
  const common = useTranslations('common');
  return (
    <main>
      <MessagePage title={t('brokenTitle')} text={t('broken')}>
        <Button onClick={retry}>{common('tryAgain')}</Button>
      </MessagePage>
    </main>
  );
}
