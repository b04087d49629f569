import type { ReactNode } from 'react';

/** A calm word above the messages, announced to who cannot see it. Its place in the document stays while it says nothing. */
export function Notice({ children, spoken }: { children: ReactNode; spoken?: string }) {
  return (
    <div role="status">
      {children && (
        <span className="inline-block rounded-lg border border-line bg-raised px-3 py-1 text-center text-sm text-balance text-muted shadow-float">
          {spoken === undefined ? (
            children
          ) : (
            <>
              <span aria-hidden="true">{children}</span>
              <span className="sr-only">{spoken}</span>
            </>
          )}
        </span>
      )}
    </div>
  );
}
