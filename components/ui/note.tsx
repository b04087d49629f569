import type { ReactNode } from 'react';

/** What went well, or is worth knowing, at the head of a page. */
export function Note({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="border-s-2 border-success bg-accent-soft px-4 py-3 text-sm text-ink">
      {children}
    </p>
  );
}
