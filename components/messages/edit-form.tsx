'use client';

import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { CommandError } from '@/lib/client/errors';
import { Button } from '@/components/ui/button';
import { excessOf, isSendKey, toBody } from './text-keys';
import { growToText } from './grow-to-text';
import { useReason } from './use-reason';

interface EditFormProps {
  body: string;
  onSave: (body: string) => Promise<void>;
  onClose: () => void;
}

/** A message of one's own under change, in its place: Enter saves, Esc leaves it as it was. It stays until a save has its answer. */
export function EditForm({ body, onSave, onClose }: EditFormProps) {
  const t = useTranslations('chat');
  const reason = useReason();
  const field = useRef<HTMLTextAreaElement>(null);
  const [excess, setExcess] = useState(0);
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);

  useEffect(() => {
    const element = field.current;
    element?.focus({ preventScroll: true });
    element?.setSelectionRange(element.value.length, element.value.length);
    growToText(element);
  }, []);

  const save = async () => {
    const text = toBody(field.current?.value ?? '');
    if (saving || text === '' || excessOf(text) > 0) return;
    if (text === body) return void onClose();
    setSaving(true);
    setRefused(null);
    try {
      await onSave(text);
      onClose();
    } catch (error) {
      setSaving(false);
      setRefused(error instanceof CommandError ? error.code : 'other');
    }
  };

  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (isSendKey(event)) {
      event.preventDefault();
      void save();
    } else if (event.key === 'Escape' && !event.nativeEvent.isComposing) {
      event.preventDefault();
      event.nativeEvent.stopPropagation();
      if (!saving) onClose();
    }
  };

  return (
    <form
      className="max-w-[72ch] py-1"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={field}
        aria-label={t('editLabel')}
        aria-invalid={excess > 0 || undefined}
        defaultValue={body}
        rows={1}
        dir="auto"
        onKeyDown={onKeyDown}
        onInput={(event) => {
          setExcess(excessOf(toBody(event.currentTarget.value)));
          growToText(event.currentTarget);
        }}
        className="field-sizing-content block max-h-[16rem] w-full resize-none rounded-md border border-control bg-raised px-3 py-2"
      />
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Button type="submit" size="sm" disabled={saving || excess > 0}>
          {t('save')}
        </Button>
        <Button variant="ghost" size="sm" disabled={saving} onClick={onClose}>
          {t('cancel')}
        </Button>
        <span className="text-xs text-muted [@media(hover:none)]:hidden">{t('editHint')}</span>
      </div>
      <p role="alert" className="text-sm text-danger empty:hidden">
        {excess > 0 ? t('tooLong', { count: excess }) : refused && t('changeFailed', { reason: reason(refused) })}
      </p>
    </form>
  );
}
