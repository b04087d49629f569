import type { Metadata } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getTranslations } from 'next-intl/server';
import { NoPassword } from '@/components/account/openid-form';
import { DeletionForm } from '@/components/account/own-forms';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { ButtonLink } from '@/components/ui/button-link';
import { openIdName, signInMethods } from '@/lib/auth/identities';
import { ACCOUNT_DELETION_PATH, accountPath } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { clientMessages } from '@/lib/i18n/client-messages';
import { formProblems } from '@/lib/i18n/form-messages';
import { read } from '../../../found';
import { requireActor } from '../../../require-actor';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('deletionTitle') };
}

export default async function DeleteAccountPage() {
  const actor = await requireActor(ACCOUNT_DELETION_PATH);
  const { hasPassword, fresh } = await read(signInMethods(actor));
  const t = await getTranslations('account');
  const state = await readFormState();
  const problems = formProblems(await getTranslations('errors'), state, ['password']);
  // Nothing is taken here: the one conflict there is has words of its own.
  if (state?.code === 'conflict') problems.general = t('lastAdministrator');
  return (
    <PageColumn>
      <PageHeader title={t('deletionQuestion')} />
      <ul className="mb-8 max-w-prose list-disc space-y-2 ps-5 text-lg text-muted">
        <li>{t('deletionAccount')}</li>
        <li>{t('deletionMessages')}</li>
        <li>{t('deletionRooms')}</li>
        <li>{t('deletionFinal')}</li>
      </ul>
      <NextIntlClientProvider messages={await clientMessages('common', 'account', 'openId', 'errors')}>
        {!hasPassword && <NoPassword name={openIdName()} fresh={fresh} returnTo={ACCOUNT_DELETION_PATH} />}
        <DeletionForm problems={problems} hasPassword={hasPassword}>
          <ButtonLink href={accountPath()} variant="secondary" prefetch={false}>
            {t('deletionKeep')}
          </ButtonLink>
        </DeletionForm>
      </NextIntlClientProvider>
    </PageColumn>
  );
}
