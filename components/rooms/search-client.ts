import { z } from 'zod';
import { api } from '@/lib/client/api';
import { roomSchema } from '@/lib/contracts/entities';
import type { SearchPage } from './search-results';

const answerSchema = z.object({ rooms: z.array(roomSchema), nextCursor: z.string().nullable() });

/** The address of a search's results. */
export function resultsPath(q: string): string {
  return q.trim() ? `/user/search/results?${new URLSearchParams({ q }).toString()}` : '/user/search';
}

/**
 * Asks for the rooms that a query finds.
 *
 * @throws CommandError when the service refuses or cannot be reached; an `AbortError` when `signal` says so
 */
export async function fetchSearchPage(q: string, signal: AbortSignal): Promise<SearchPage> {
  const answer = await api(`/user/search/results?${new URLSearchParams({ q }).toString()}`, { signal });
  return { q, ...answerSchema.parse(answer) };
}
