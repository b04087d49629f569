import { randomUUID } from 'node:crypto';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import { permanentRedirect, redirect } from 'next/navigation';
import { RoomView } from '@/components/messages/room-view';
import { knownTimeZone, TIME_ZONE_COOKIE } from '@/components/messages/time-zone';
import { roomPath } from '@/lib/contracts/paths';
import { dispatch } from '@/lib/chat/commands';
import type { MessagePage } from '@/lib/contracts/entities';
import { AppError } from '@/lib/contracts/errors';
import { LIMITS } from '@/lib/contracts/limits';
import { toRoomName } from '@/lib/contracts/values';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';
import { found } from '../../found';
import NotFoundHere from '../../not-found';
import { requireActor } from '../../require-actor';

interface Props {
  params: Promise<{ room: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

const PLACES = ['before', 'after', 'around'] as const;

/** The room's name as the address has it; a broken escape names no room. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: toRoomName(decode((await params).room)) };
}

/** A place in the history that the address asks for, if it is one. */
function placeIn(query: Awaited<Props['searchParams']>): Partial<Record<(typeof PLACES)[number], number>> {
  for (const place of PLACES) {
    const value = query[place];
    if (typeof value === 'string' && /^\d{1,9}$/.test(value)) return { [place]: Number(value) };
  }
  return {};
}

export default async function RoomPage({ params, searchParams }: Props) {
  const typed = decode((await params).room);
  const query = await searchParams;
  const name = toRoomName(typed);
  const path = roomPath(name);
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => [value ?? []].flat().map((one) => [key, one])),
  ).toString();
  const here = asked ? `${path}?${asked}` : path;
  const actor = await requireActor(here);
  const access = await found(dispatch(actor, 'room:get', { room: name }), roomPath);
  if (!access) return <NotFoundHere />;
  const { room, membership } = access;
  if (typed !== name) permanentRedirect(here);

  const place = placeIn(query);
  const unread = membership ? room.lastSeq - membership.lastReadSeq : 0;
  const elsewhere = Object.keys(place).length > 0;
  const firstUnread = membership && unread > LIMITS.page.default / 2 ? { around: membership.lastReadSeq + 1 } : {};
  let page: MessagePage | null;
  try {
    page = await found(dispatch(actor, 'message:list', { room: name, ...(elsewhere ? place : firstUnread) }), roomPath);
  } catch (error) {
    // A place beyond the end of the history.
    if (error instanceof AppError && error.code === 'unprocessable') redirect(path);
    throw error;
  }
  if (!page) return <NotFoundHere />;

  const refused = await readFormState();
  const { fields, general } = formProblems(await getTranslations('errors'), refused, ['body']);
  return (
    <RoomView
      key={room.id}
      page={page}
      lastReadSeq={membership?.lastReadSeq ?? null}
      openAt={place.around ?? null}
      timeZone={knownTimeZone((await cookies()).get(TIME_ZONE_COOKIE)?.value)}
      refused={refused && { body: refused.values.body ?? '', reason: fields.body ?? general }}
      formId={refused?.values.clientMessageId ?? randomUUID()}
    />
  );
}
