import { AppError } from '@/lib/contracts/errors';

/** What a list's address says, or what came along with a form that was posted from it. */
export interface ListQuery {
  q: string;
  cursor: string;
}

/** The parameters of a list's address; of one that is given twice the first. */
export async function listQuery(
  parameters: Promise<Record<string, string | string[] | undefined>>,
): Promise<ListQuery> {
  const { q, cursor } = await parameters;
  const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value) ?? '';
  return { q: first(q), cursor: first(cursor) };
}

/**
 * A page of a list. An address that was cut short in copying is no reason for an error: the list starts at its beginning.
 *
 * @throws every refusal but `unprocessable`
 */
export async function pageOf<T>(query: ListQuery, list: (input: object) => Promise<T>): Promise<T> {
  try {
    return await list(Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')));
  } catch (error) {
    if (error instanceof AppError && error.code === 'unprocessable') return list({});
    throw error;
  }
}
