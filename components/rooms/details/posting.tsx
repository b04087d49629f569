import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import type { Look } from '@/components/ui/button';

interface PostingProps extends Look {
  /** the page's own path */
  path: string;
  action: string;
  /** what the form posts beside its action */
  fields?: Record<string, string>;
  children: ReactNode;
}

/** A form of one button. */
export function Posting({ path, action, fields = {}, children, ...look }: PostingProps) {
  return (
    <form method="post" action={path}>
      {Object.entries({ action, ...fields }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <Button type="submit" {...look}>
        {children}
      </Button>
    </form>
  );
}
