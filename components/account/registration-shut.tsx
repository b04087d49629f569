import { useTranslations } from 'next-intl';
import { ButtonLink } from '@/components/ui/button-link';

/** In place of the form where accounts are not for everybody to make. */
export function RegistrationShut({ registration }: { registration: 'invited' | 'closed' }) {
  const t = useTranslations('account');
  const which = registration === 'closed' ? 'registerClosed' : 'registerInvited';
  return (
    <>
      <h1 className="text-title font-semibold">{t(`${which}Title`)}</h1>
      <p className="mt-2 mb-9 text-muted">{t(`${which}Lead`)}</p>
      <ButtonLink href="/login" prefetch={false}>
        {t('loginSubmit')}
      </ButtonLink>
    </>
  );
}
