import { randomUUID } from 'node:crypto';
import { pool } from '@/lib/db';
import { prisma } from '@/lib/prisma';
import { createRoom, createUser, writeMessages } from '../factories';

/** What a careless format would lose: its own escapes, line ends, invisible and combined characters, right to left. */
export const ODD_TEXTS = [
  String.raw`\N`,
  String.raw`\.`,
  'a\tb\\tc\nd\r\ne',
  '"\'`;--, {"a":[1,"\\u0000"]}',
  'Привет, 👩‍👩‍👧‍👦 e\u0301 \u202eשלום\u202c \u200b\ufeff',
  '  ',
  '\u0001\u001f\u007f',
];

/** Characters of the longest message. */
const LONGEST = 4_000;

/** Fills every table of this test file's database, with one of each thing that a row can be. */
export async function fillEveryTable() {
  const [owner, member, removed, leaver] = [
    await createUser({ role: 'administrator' }),
    await createUser({ username: 'Ёжик', locale: 'ru' }),
    await createUser({ suspendedAt: new Date('2026-02-03T04:05:06.789Z') }),
    await createUser(),
  ];
  const open = await createRoom({ owner, members: [member, removed], topic: ODD_TEXTS.join(' | ') });
  const closed = await createRoom({ owner: member, visibility: 'private', name: 'тайная' });
  await writeMessages(
    open,
    [...ODD_TEXTS, 'left behind'].map((body, at) => ({ author: [owner, member, leaver][at % 3] ?? owner, body })),
  );
  // More than fits in one part of an archive.
  const long = Array.from({ length: 1_200 }, (_, at) => ({ author: member, body: `${at} `.padEnd(LONGEST, 'я\\') }));
  await writeMessages(closed, long);
  await prisma().message.updateMany({ where: { roomId: open.id, seq: 1 }, data: { body: '', deletedAt: new Date() } });
  await prisma().message.updateMany({
    where: { roomId: open.id, seq: 2 },
    data: { editedAt: new Date(), clientMessageId: randomUUID() },
  });
  await prisma().membership.updateMany({
    where: { roomId: open.id, userId: removed.id },
    data: { removedAt: new Date() },
  });
  const soon = new Date(Date.now() + 86_400_000);
  await prisma().formerName.create({ data: { name: 'an old name', roomId: open.id } });
  await prisma().invitation.create({
    data: {
      tokenHash: 'hash of an invitation',
      roomId: closed.id,
      createdById: member.id,
      expiresAt: soon,
      maxUses: 3,
    },
  });
  await prisma().passwordReset.create({
    data: { tokenHash: 'hash of a reset', userId: member.id, byLetter: true, expiresAt: soon },
  });
  await prisma().identity.create({ data: { issuer: 'https://id.example.org', subject: '\\"', userId: member.id } });
  await prisma().secondFactor.create({
    data: { userId: removed.id, secret: 'GEZDGNBVGY3TQOJQ', confirmedAt: new Date(), lastStep: 9_007_199_254_740_993n },
  });
  await prisma().recoveryCode.create({ data: { userId: removed.id, codeHash: 'hash of a code', usedAt: new Date() } });
  await prisma().session.create({
    data: {
      tokenId: randomUUID(),
      userId: member.id,
      userAgent: ODD_TEXTS[3] ?? '',
      expiresAt: soon,
      revokedAt: new Date(),
    },
  });
  await prisma().auditEntry.create({
    data: {
      actorId: owner.id,
      actor: owner.username,
      action: 'room.deleted',
      details: { odd: ODD_TEXTS, n: [null, 1.5] },
    },
  });
  // Their messages stay without an author, and their number is never given again.
  await pool().query('DELETE FROM users WHERE id = $1', [leaver.id]);
  return { owner, member, open, closed };
}
