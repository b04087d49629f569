import { headers } from 'next/headers';
import { FORM_STATE_HEADER, formStateSchema, type FormState } from '@/lib/contracts/form-state';

/**
 * The form that the front door refused in this very request, for the page that shows it again.
 *
 * @returns null when nothing was refused
 */
export async function readFormState(): Promise<FormState | null> {
  const header = (await headers()).get(FORM_STATE_HEADER);
  if (!header) return null;
  const state = formStateSchema.safeParse(JSON.parse(decodeURIComponent(header)));
  return state.success ? state.data : null;
}
