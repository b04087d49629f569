import type { ClientBase } from 'pg';

/**
 * Counts that rooms are closed to somebody, in the transaction that closes them: whoever is removed, or leaves. Each message carries the count
 * that it was committed under, so every node knows of a message that it may have come after a removal of which it has not heard.
 *
 * @param client the transaction's connection; it holds the rooms, or takes them here
 */
export async function countClosings(client: Pick<ClientBase, 'query'>, roomIds: readonly number[]): Promise<void> {
  await client.query('UPDATE chats SET closings = closings + 1 WHERE id = ANY($1)', [roomIds]);
}
