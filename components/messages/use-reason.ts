import { useTranslations } from 'next-intl';

const KNOWN = [
  'offline',
  'timeout',
  'protocol',
  'forbidden',
  'not_found',
  'unprocessable',
  'rate_limited',
  'unavailable',
] as const;

/** Says in the reader's language why something was refused, by the error's code. */
export function useReason(): (code: string) => string {
  const t = useTranslations('chat.reason');
  return (code) => t(KNOWN.find((known) => known === code) ?? 'other');
}
