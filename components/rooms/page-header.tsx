import type { ReactNode } from 'react';
import { DrawerButton } from './drawer-button';

/** The title of a signed-in page, with the way to the rooms on a phone. */
export function PageHeader({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <header className="mb-8 flex items-center gap-1">
      <DrawerButton />
      <h1 className="min-w-0 flex-1 text-title font-semibold">{title}</h1>
      {children}
    </header>
  );
}

/** The column that a signed-in page's content stands in. */
export function PageColumn({ children }: { children: ReactNode }) {
  return <div className="mx-auto w-full max-w-4xl px-5 py-6 sm:px-10 md:py-14">{children}</div>;
}
