import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { connection } from 'next/server';
import { ButtonLink } from '@/components/ui/button-link';
import { MessagePage } from '@/components/ui/message-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('errors'))('notFoundTitle') };
}

export default async function NotFound() {
  await connection();
  const t = await getTranslations('errors');
  const common = await getTranslations('common');
  return (
    <main>
      <MessagePage title={t('notFoundTitle')} text={t('notFound')}>
        <ButtonLink href="/" variant="secondary" prefetch={false}>
          {common('home')}
        </ButtonLink>
      </MessagePage>
    </main>
  );
}
