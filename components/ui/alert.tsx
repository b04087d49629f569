import type { ReactNode } from 'react';

/** What went wrong with a whole form or page, announced at once. */
export function Alert({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="border-s-2 border-danger bg-danger-soft px-4 py-3 text-sm text-ink">
      {children}
    </div>
  );
}
