import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { controlClass } from '@/components/ui/field';

/** Hours */
const DAY = 24;
const LIVES = [DAY, 7 * DAY, 30 * DAY] as const;
const USUAL_LIFE = 7 * DAY;
const USES = [1, 10] as const;

interface InvitationFormProps {
  path: string;
  /** what the form posts beside its choices */
  action?: string;
}

/** Makes a link: how long it is good, and for how many. */
export function InvitationForm({ path, action }: InvitationFormProps) {
  const t = useTranslations('invitations');
  const choice = 'min-w-0 flex-1 basis-32 text-sm font-medium';
  return (
    <form method="post" action={path} className="flex flex-wrap items-end gap-3">
      {action && <input type="hidden" name="action" value={action} />}
      <label className={choice}>
        <span className="mb-1.5 block">{t('expires')}</span>
        <select name="expiresInHours" defaultValue={USUAL_LIFE} className={controlClass(false, 'h-11')}>
          {LIVES.map((hours) => (
            <option key={hours} value={hours}>
              {t('days', { count: hours / DAY })}
            </option>
          ))}
        </select>
      </label>
      <label className={choice}>
        <span className="mb-1.5 block">{t('maxUses')}</span>
        <select name="maxUses" defaultValue="" className={controlClass(false, 'h-11')}>
          {USES.map((count) => (
            <option key={count} value={count}>
              {t('people', { count })}
            </option>
          ))}
          <option value="">{t('anybody')}</option>
        </select>
      </label>
      <Button type="submit" variant="secondary">
        {t('make')}
      </Button>
    </form>
  );
}
