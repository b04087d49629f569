'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { z } from 'zod';
import { Button } from '@/components/ui/button';
import { CheckedForm } from '@/components/ui/checked-form';
import { Field } from '@/components/ui/field';
import { useCheckedForm } from '@/components/ui/use-checked-form';
import { isRoomName, roomNameSchema, topicSchema, toRoomName } from '@/lib/contracts/values';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { VisibilityField } from './visibility-field';

const schema = z.object({ name: roomNameSchema, topic: topicSchema });

/** A new room: its name, its topic, who finds it, and while one types the address that the name becomes. */
export function RoomForm({ problems }: { problems: FormProblems }) {
  const t = useTranslations('rooms');
  const { field, onSubmit } = useCheckedForm(schema, problems);
  const [typed, setTyped] = useState(problems.values.name ?? '');
  const { onChange, ...name } = field('name');
  const address = toRoomName(typed);
  return (
    <CheckedForm action="/user/rooms" problems={problems} onSubmit={onSubmit}>
      <Field
        label={t('name')}
        hint={
          <>
            {t('nameHint')}
            {isRoomName(address) && (
              <span className="mt-1 block break-all">
                {t('address')}: <span className="text-ink">/chat/{address}</span>
              </span>
            )}
          </>
        }
        placeholder={t('namePlaceholder')}
        autoComplete="off"
        required
        {...name}
        onChange={(event) => {
          setTyped(event.target.value);
          void onChange(event);
        }}
      />
      <Field label={t('topic')} hint={t('topicHint')} autoComplete="off" {...field('topic')} />
      <VisibilityField current={problems.values.visibility ?? 'public'} />
      <Button type="submit">{t('create')}</Button>
    </CheckedForm>
  );
}
