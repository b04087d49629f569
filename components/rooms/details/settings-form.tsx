import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import type { Room } from '@/lib/contracts/entities';
import type { FormProblems } from '@/lib/i18n/form-messages';
import { VisibilityField } from '../visibility-field';

interface SettingsFormProps {
  room: Room;
  /** the page's own path */
  path: string;
  /** what was refused of this form */
  problems: FormProblems;
}

/** A room's name, topic and visibility, for those who may change them. */
export function SettingsForm({ room, path, problems: { fields, values } }: SettingsFormProps) {
  const t = useTranslations('rooms');
  const details = useTranslations('details');
  return (
    <form
      method="post"
      action={path}
      noValidate
      className="space-y-5"
      key={`${room.name} ${room.topic} ${room.visibility}`}
    >
      <input type="hidden" name="action" value="update" />
      <Field
        name="name"
        label={t('name')}
        hint={details('nameHint')}
        error={fields.name}
        defaultValue={values.name ?? room.name}
        autoComplete="off"
        required
      />
      <Field
        name="topic"
        label={t('topic')}
        hint={t('topicHint')}
        error={fields.topic}
        defaultValue={values.action ? (values.topic ?? '') : room.topic}
        autoComplete="off"
      />
      <VisibilityField current={values.visibility ?? room.visibility} />
      <Button type="submit">{details('save')}</Button>
    </form>
  );
}
