import type { ReactNode } from 'react';

/** A plain link to another page of the history: how one gets about without JavaScript. */
export function PageLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <a href={href} className="text-accent underline underline-offset-2 hover:text-accent-strong">
      {children}
    </a>
  );
}
