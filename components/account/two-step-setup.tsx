import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import type { SecondFactorSetup } from '@/lib/contracts/second-factor';
import { QrCode } from './qr-code';

/** What to do with the secret: scan it, type it, or open it on this very device. `children` is the form that asks for the code. */
export function TwoStepSetup({ setup, children }: { setup: SecondFactorSetup; children: ReactNode }) {
  const t = useTranslations('twoStep');
  return (
    <div className="space-y-10">
      <section aria-labelledby="scan-title">
        <h2 id="scan-title" className="text-xl font-semibold tracking-tight">
          {t('scanTitle')}
        </h2>
        <p className="mt-1 mb-5 max-w-prose text-muted">{t('scanLead')}</p>
        <QrCode text={setup.uri} label={t('qr')} />
        <p className="mt-5 text-sm text-muted">{t('secretLead')}</p>
        <p className="mt-1 font-mono break-words">
          <code>{setup.secret.match(/.{1,4}/g)?.join(' ')}</code>
        </p>
        <p className="mt-4 text-sm">
          <a href={setup.uri} className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong">
            {t('openHere')}
          </a>
        </p>
      </section>
      <section aria-labelledby="confirm-title">
        <h2 id="confirm-title" className="mb-5 text-xl font-semibold tracking-tight">
          {t('confirmTitle')}
        </h2>
        {children}
      </section>
    </div>
  );
}
