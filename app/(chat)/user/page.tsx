import type { Metadata } from 'next';
import { Search } from 'lucide-react';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { UnsentMessages } from '@/components/messages/unsent-messages';
import { OwnRooms } from '@/components/rooms/own-rooms';
import { PageColumn, PageHeader } from '@/components/rooms/page-header';
import { RoomForm } from '@/components/rooms/room-form';
import { ButtonLink } from '@/components/ui/button-link';
import { dispatch } from '@/lib/chat/commands';
import { accountPath } from '@/lib/contracts/paths';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { read } from '../found';
import { requireActor } from '../require-actor';

const LINK =
  'inline-flex min-h-8 items-center text-sm font-medium text-accent underline underline-offset-4 hover:text-accent-strong';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('rooms'))('title') };
}

export default async function UserPage() {
  const actor = await requireActor('/user');
  const { rooms } = await read(dispatch(actor, 'room:list', {}));
  const t = await getTranslations('rooms');
  const settings = await getTranslations('settings');
  const account = await getTranslations('account');
  const problems = formProblems(await getTranslations('errors'), await readFormState(), ['name', 'topic']);
  const newcomer = rooms.length === 0;
  return (
    <PageColumn>
      <PageHeader title={newcomer ? t('welcomeTitle', { username: actor.username }) : t('title')}>
        {!newcomer && (
          <ButtonLink href="/user/search" variant="secondary" size="sm" prefetch={false} title={t('find')}>
            <Search size={16} aria-hidden="true" />
            <span className="sr-only sm:not-sr-only">{t('find')}</span>
          </ButtonLink>
        )}
      </PageHeader>
      <UnsentMessages />
      {newcomer ? (
        <>
          <p className="max-w-prose text-lg text-muted">{t('welcomeLead')}</p>
          <ButtonLink href="/user/search" prefetch={false} className="mt-6">
            {t('find')}
          </ButtonLink>
        </>
      ) : (
        <OwnRooms userId={actor.id} administrator={actor.role === 'administrator'} />
      )}

      <div className="mt-16 grid gap-x-16 gap-y-14 lg:grid-cols-[minmax(0,1fr)_16rem]">
        <section id="new-room" aria-labelledby="new-room-title" className="scroll-mt-8">
          <h2 id="new-room-title" className="text-xl font-semibold tracking-tight">
            {t('new')}
          </h2>
          <p className="mt-1 mb-6 text-muted">{t('newLead')}</p>
          <RoomForm problems={problems} />
        </section>

        <section aria-labelledby="settings-title">
          <h2 id="settings-title" className="mb-6 text-xl font-semibold tracking-tight">
            {settings('account')}
          </h2>
          <p className="text-sm break-words text-muted">
            {actor.username} · {actor.email}
          </p>
          <div className="mt-2 flex flex-col items-start gap-1">
            <Link href={accountPath()} prefetch={false} className={LINK}>
              {settings('manage')}
            </Link>
            {/* No <Link>: it would be fetched ahead, and sign out. */}
            <a href="/logout" className={LINK}>
              {account('signOut')}
            </a>
          </div>
        </section>
      </div>
    </PageColumn>
  );
}
