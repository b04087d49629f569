'use client';

import { roomPath } from '@/lib/contracts/paths';
import { SendHorizontal } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useEffectEvent, useImperativeHandle, useRef, useState, type KeyboardEvent, type Ref } from 'react';
import { v4 as uuid } from 'uuid';
import { buttonClass } from '@/components/ui/button';
import { readDraft, writeDraft } from '@/lib/client/drafts';
import type { Room } from '@/lib/contracts/entities';
import { excessOf, isSendKey, toBody } from './text-keys';
import { growToText } from './grow-to-text';

/** What a view around the composer may ask of it. */
export interface ComposerHandle {
  focus: () => void;
}

interface ComposerProps {
  room: Room;
  meId: number;
  /** what was typed and refused, when the form was posted without JavaScript */
  refused: { body: string; reason: string | null } | null;
  /** the id that a form posted without JavaScript sends, so that posting it twice sends it once */
  formId: string;
  onSend: (body: string, clientMessageId: string) => void;
  onTyping: (active: boolean) => void;
  onEditLast: () => void;
  ref: Ref<ComposerHandle>;
}

/** Where one writes: a form that works without JavaScript, and with it keeps a draft, grows, and sends on Enter. */
export function Composer({ room, meId, refused, formId, onSend, onTyping, onEditLast, ref }: ComposerProps) {
  const t = useTranslations('chat');
  const field = useRef<HTMLTextAreaElement>(null);
  const [excess, setExcess] = useState(0);
  const [problem, setProblem] = useState(refused?.reason ?? null);
  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }), []);

  const takeUp = useEffectEvent((element: HTMLTextAreaElement) => {
    // What was typed while the page was loading is newer than the draft.
    if (element.value === '') element.value = readDraft(meId, room.id);
    setExcess(excessOf(toBody(element.value)));
    growToText(element);
    // On a touch screen focus would open the keyboard over the room.
    if (matchMedia('(pointer: fine)').matches && document.activeElement === document.body) {
      element.focus({ preventScroll: true });
      element.setSelectionRange(element.value.length, element.value.length);
    }
  });
  useEffect(() => {
    if (field.current) takeUp(field.current);
  }, []);

  const send = () => {
    const element = field.current;
    const body = toBody(element?.value ?? '');
    if (!element || body === '' || excessOf(body) > 0) return;
    // What is sent is on its way to being kept before the draft is forgotten: a crash in between must not take both.
    onSend(body, uuid());
    element.value = '';
    writeDraft(meId, room.id, '');
    setProblem(null);
    growToText(element);
    element.focus();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isSendKey(event)) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && event.currentTarget.value === '' && !event.altKey && !event.shiftKey) {
      event.preventDefault();
      onEditLast();
    }
  };

  const message = excess > 0 ? t('tooLong', { count: excess }) : problem;
  return (
    <form
      method="post"
      action={roomPath(room.name)}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <input type="hidden" name="clientMessageId" value={formId} />
      <p id="composer-problem" role="alert" className="px-1 pb-1 text-sm text-danger empty:hidden">
        {message}
      </p>
      <div className="flex items-end gap-2 rounded-lg border border-control bg-raised p-1.5 focus-within:border-accent">
        <textarea
          ref={field}
          name="body"
          rows={1}
          dir="auto"
          defaultValue={refused?.body}
          placeholder={t('placeholder')}
          aria-label={t('composerLabel', { room: room.name })}
          aria-invalid={message ? true : undefined}
          aria-describedby="composer-problem"
          onKeyDown={onKeyDown}
          onInput={(event) => {
            const { value } = event.currentTarget;
            writeDraft(meId, room.id, value);
            setExcess(excessOf(toBody(value)));
            onTyping(value !== '');
            growToText(event.currentTarget);
          }}
          className="field-sizing-content block max-h-[calc(10lh+0.75rem)] min-h-9 w-full min-w-0 flex-1 resize-none bg-transparent px-2.5 py-1.5 outline-none focus-visible:outline-none"
        />
        <button
          type="submit"
          disabled={excess > 0}
          aria-label={t('send')}
          title={t('send')}
          className={buttonClass({ size: 'icon' })}
        >
          <SendHorizontal size={18} aria-hidden="true" />
        </button>
      </div>
    </form>
  );
}
