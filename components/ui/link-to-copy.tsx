'use client';

import { useRef, useState } from 'react';
import { Button } from './button';
import { controlClass } from './field';

interface LinkToCopyProps {
  url: string;
  words: Record<'link' | 'copy' | 'copied', string>;
}

/** An address to be passed on. Where the browser does not let a page copy (without https), it is at least selected. */
export function LinkToCopy({ url, words }: LinkToCopyProps) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);

  async function copy() {
    field.current?.select();
    try {
      await navigator.clipboard.writeText(url);
      setCopied(true);
    } catch {
      field.current?.focus();
    }
  }

  return (
    <div className="flex flex-wrap gap-2">
      <input
        ref={field}
        readOnly
        value={url}
        aria-label={words.link}
        className={controlClass(false, 'h-11 min-w-0 flex-1 basis-60 font-mono text-sm')}
        onFocus={(event) => event.target.select()}
      />
      <Button variant="secondary" className="js-only" onClick={() => void copy()}>
        {words[copied ? 'copied' : 'copy']}
      </Button>
      <span role="status" className="sr-only">
        {copied && words.copied}
      </span>
    </div>
  );
}
