import { useTranslations } from 'next-intl';
import { Button } from '@/components/ui/button';
import { OPENID_BEGIN_PATH } from '@/lib/contracts/paths';

interface OpenIdFormProps {
  /** what people call the provider */
  name: string;
  /** a path of this service to come back to; empty for the usual place */
  callbackUrl?: string;
  /** the token of the link that somebody came by, or empty */
  invitation?: string;
  /** whether it is a session's renewal */
  again?: boolean;
}

/** The button that leads to the OpenID Connect provider. */
export function OpenIdForm({ name, callbackUrl, invitation, again = false }: OpenIdFormProps) {
  const t = useTranslations('openId');
  return (
    <form method="post" action={OPENID_BEGIN_PATH}>
      {callbackUrl && <input type="hidden" name="callbackUrl" value={callbackUrl} />}
      {invitation && <input type="hidden" name="invitation" value={invitation} />}
      <Button type="submit" variant="secondary" className="w-full whitespace-normal">
        {t(again ? 'again' : 'continue', { name })}
      </Button>
    </form>
  );
}

/** The same below a form for passwords. */
export function OrOpenId(props: Omit<OpenIdFormProps, 'again'>) {
  const t = useTranslations('openId');
  return (
    <>
      <p className="my-6 flex items-center gap-4 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t('or')}
      </p>
      <OpenIdForm {...props} />
    </>
  );
}

/** What somebody without a password is told before what would take one; with the way there, where it is needed now. */
export function NoPassword({ name, fresh, returnTo }: { name: string | null; fresh: boolean; returnTo: string }) {
  const t = useTranslations('openId');
  return (
    <div className="mb-10 max-w-prose space-y-4 border-s-2 border-line ps-4">
      <p className="text-sm text-muted">{t(fresh ? 'bareFresh' : 'bare')}</p>
      {!fresh && name !== null && (
        <div className="max-w-xs">
          <OpenIdForm name={name} callbackUrl={returnTo} again />
        </div>
      )}
    </div>
  );
}
