import { useTranslations } from 'next-intl';
import type { Typist } from '@/lib/client/people';

/** Who is typing: one line that is always there, so that nothing moves when somebody begins. */
export function TypingLine({ typists }: { typists: readonly Typist[] }) {
  const t = useTranslations('chat');
  const [first, second] = typists;
  let text = '';
  if (first && second) {
    text =
      typists.length > 2 ? t('typingMany') : t('typing2', { first: first.user.username, second: second.user.username });
  } else if (first) text = t('typing1', { name: first.user.username });
  return <p className="h-5 min-w-0 flex-1 truncate text-xs leading-5 text-muted">{text}</p>;
}
