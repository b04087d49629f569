import { getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { roomPath } from '@/lib/contracts/paths';
import { LAST_ROOM_COOKIE } from '@/components/rooms/room-path';
import { ButtonLink } from '@/components/ui/button-link';
import { currentActor } from '@/lib/auth/page-session';
import { registrationNow } from '@/lib/auth/registration';
import { dispatch } from '@/lib/chat/commands';
import type { Actor } from '@/lib/contracts/actor';
import { AppError } from '@/lib/contracts/errors';

/** Where one was last, if that room is still there and open. */
async function lastPlace(actor: Actor): Promise<string> {
  const room = (await cookies()).get(LAST_ROOM_COOKIE)?.value;
  if (!room) return '/user';
  try {
    return roomPath((await dispatch(actor, 'room:get', { room })).room.name);
  } catch (error) {
    if (error instanceof AppError) return '/user';
    throw error;
  }
}

export default async function StartPage() {
  const actor = await currentActor();
  if (actor) redirect(await lastPlace(actor));
  const t = await getTranslations('start');
  const common = await getTranslations('common');
  const isOpen = (await registrationNow()) === 'open';
  return (
    <main className="mx-auto flex min-h-dvh max-w-5xl flex-col justify-center px-6 py-16 sm:px-10">
      <p className="text-lg font-semibold tracking-tight">{common('name')}</p>
      <h1 className="dash mt-5 max-w-[18ch] text-display font-semibold">{t('headline')}</h1>
      <div className="mt-12 flex flex-wrap gap-3">
        {isOpen && <ButtonLink href="/register">{t('createAccount')}</ButtonLink>}
        <ButtonLink href="/login" variant={isOpen ? 'secondary' : 'primary'}>
          {t('signIn')}
        </ButtonLink>
      </div>
    </main>
  );
}
