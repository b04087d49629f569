import { Menu } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { buttonClass } from '@/components/ui/button';

/** The id of the list of rooms: a drawer on a phone, a column on anything wider. */
export const DRAWER_ID = 'rooms-drawer';

/** Opens the drawer on a phone, without a script (the Popover API). The first thing in every signed-in page's header. */
export function DrawerButton() {
  const t = useTranslations('rooms');
  return (
    <button
      type="button"
      popoverTarget={DRAWER_ID}
      className={buttonClass({ variant: 'ghost', size: 'icon' }, '-ms-2 md:hidden')}
      aria-label={t('open')}
    >
      <Menu size={20} aria-hidden="true" />
    </button>
  );
}
