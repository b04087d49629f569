'use client';

import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { buttonClass } from './button';

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** keeps the title for screen readers only */
  hideTitle?: boolean;
  children: ReactNode;
}

/** A modal dialog: focus is kept inside and given back, Esc closes. Import it lazily: a page rarely needs one at once. */
export function Dialog({ open, onOpenChange, title, hideTitle = false, children }: DialogProps) {
  const t = useTranslations('common');
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Base.Popup className="fixed inset-x-4 top-[12dvh] z-50 mx-auto max-h-[76dvh] max-w-lg animate-appear overflow-y-auto rounded-lg border border-line bg-raised shadow-float focus-visible:outline-none">
          <div className={hideTitle ? 'sr-only' : 'flex items-center justify-between gap-4 ps-6 pe-3 pt-4'}>
            <Base.Title className="text-lg font-semibold tracking-tight">{title}</Base.Title>
            {!hideTitle && (
              <Base.Close className={buttonClass({ variant: 'ghost', size: 'icon' })} aria-label={t('close')}>
                <X size={18} aria-hidden="true" />
              </Base.Close>
            )}
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
