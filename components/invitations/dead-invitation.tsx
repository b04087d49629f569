import { useTranslations } from 'next-intl';
import { ButtonLink } from '@/components/ui/button-link';

/** In place of what a link led to, whatever the reason that it is not good. */
export function DeadInvitation() {
  const t = useTranslations('invitations');
  const common = useTranslations('common');
  return (
    <>
      <h1 className="text-title font-semibold">{t('deadTitle')}</h1>
      <p className="mt-2 mb-9 text-muted">{t('deadLead')}</p>
      <ButtonLink href="/" variant="secondary" prefetch={false}>
        {common('home')}
      </ButtonLink>
    </>
  );
}
