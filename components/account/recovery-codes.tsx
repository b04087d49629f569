'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';

/** New recovery codes, which nobody can look up later: to copy, to keep as a file, or to write down. */
export function RecoveryCodes({ codes }: { codes: readonly string[] }) {
  const t = useTranslations('twoStep');
  const list = useRef<HTMLOListElement>(null);
  const [copied, setCopied] = useState(false);
  const text = `${codes.join('\n')}\n`;

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // Without https a page may not copy: then they are at least selected.
      if (list.current) window.getSelection()?.selectAllChildren(list.current);
    }
  }

  return (
    <div className="max-w-md">
      <ol
        ref={list}
        aria-label={t('codesList')}
        className="grid grid-cols-1 gap-x-8 gap-y-2 rounded-lg border border-line bg-raised p-5 font-mono text-base sm:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <div className="mt-4 flex flex-wrap gap-3">
        <Button variant="secondary" className="js-only" onClick={() => void copy()}>
          {t(copied ? 'copied' : 'copy')}
        </Button>
        <a
          href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
          download="beseda-recovery-codes.txt"
          className={buttonClass({ variant: 'secondary' })}
        >
          {t('download')}
        </a>
      </div>
      <span role="status" className="sr-only">
        {copied && t('copied')}
      </span>
    </div>
  );
}
