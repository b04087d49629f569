import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { LanguageChoice } from '@/components/account/preferences';
import { RegisterForm } from '@/components/account/register-form';
import { RegistrationShut } from '@/components/account/registration-shut';
import { currentActor } from '@/lib/auth/page-session';
import { registrationNow } from '@/lib/auth/registration';
import { readFormState } from '@/lib/http/form-state';
import { formProblems } from '@/lib/i18n/form-messages';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('account'))('registerTitle') };
}

export default async function RegisterPage() {
  const state = await readFormState();
  if (!state && (await currentActor())) redirect('/user');
  const t = await getTranslations('account');
  const registration = await registrationNow(state?.code === 'forbidden');
  if (registration !== 'open') return <RegistrationShut registration={registration} />;
  const problems = formProblems(await getTranslations('errors'), state, ['email', 'username', 'password']);
  return (
    <>
      <h1 className="text-title font-semibold">{t('registerTitle')}</h1>
      <p className="mt-2 mb-9 text-muted">{t('registerLead')}</p>
      <RegisterForm problems={problems} />
      <div className="mt-9 flex flex-wrap items-center justify-between gap-4 text-sm text-muted">
        <p>
          {t('haveAccount')}{' '}
          <Link href="/login" className="font-medium text-accent underline underline-offset-4 hover:text-accent-strong">
            {t('loginSubmit')}
          </Link>
        </p>
        <LanguageChoice returnTo="/register" hideLegend />
      </div>
    </>
  );
}
