import { memo, type ReactNode } from 'react';
import { splitLinks } from '@/lib/client/links';

/**
 * A message's text: line breaks kept, addresses as links; whatever else it holds is shown as it was typed.
 *
 * @param props.children what follows the text on its last line
 */
export const MessageBody = memo(function MessageBody({ body, children }: { body: string; children?: ReactNode }) {
  return (
    <p dir="auto" className="max-w-[72ch] [overflow-wrap:anywhere] whitespace-pre-wrap">
      {splitLinks(body).map(({ text, href }, index) =>
        href ? (
          <a
            key={index}
            href={href}
            target="_blank"
            rel="noopener noreferrer ugc"
            className="text-accent underline decoration-1 underline-offset-2 hover:text-accent-strong"
          >
            {text}
          </a>
        ) : (
          text
        ),
      )}
      {children}
    </p>
  );
});
