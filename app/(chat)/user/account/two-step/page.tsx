import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { PageColumn } from '@/components/rooms/page-header';
import { signInMethods } from '@/lib/auth/identities';
import { secondFactorOf } from '@/lib/auth/second-factor';
import { twoStepPath } from '@/lib/contracts/paths';
import { twoStepFormSchema, type TwoStepForm } from '@/lib/contracts/second-factor';
import { readFormState } from '@/lib/http/form-state';
import { formProblems, NO_PROBLEMS } from '@/lib/i18n/form-messages';
import { read } from '../../../found';
import { requireActor } from '../../../require-actor';
import { NewCodes, SwitchedOff, SwitchedOn } from './views';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await getTranslations('twoStep'))('title') };
}

const FIELDS: Record<TwoStepForm, string[]> = {
  begin: ['password'],
  confirm: ['code'],
  codes: ['password', 'code'],
  off: ['password', 'code'],
};

export default async function TwoStepPage({ searchParams }: PageProps<'/user/account/two-step'>) {
  const actor = await requireActor(twoStepPath());
  const { form, done } = await searchParams;
  const { enabled, recoveryCodesLeft } = await read(secondFactorOf(actor));
  const methods = await read(signInMethods(actor));
  const state = await readFormState();
  const t = await getTranslations('twoStep');
  const name = twoStepFormSchema.safeParse(form).data ?? 'begin';
  const isRefused = state !== null && !state.shownOnce;
  const problems = isRefused ? formProblems(await getTranslations('errors'), state, FIELDS[name]) : NO_PROBLEMS;
  // What stands against a form here has words of its own.
  const conflict = enabled ? 'onAlready' : name === 'confirm' ? 'beginAgain' : 'offAlready';
  if (state?.code === 'conflict') problems.general = t(conflict);
  const codes = state?.shownOnce?.codes?.split('\n');
  return (
    <PageColumn>
      {codes ? (
        <NewCodes codes={codes} first={name === 'confirm'} />
      ) : enabled ? (
        <SwitchedOn form={name} left={recoveryCodesLeft} problems={problems} methods={methods} />
      ) : (
        <SwitchedOff
          uri={state?.code === 'conflict' ? undefined : (state?.shownOnce?.uri ?? state?.values.uri)}
          done={done === 'off' && !state}
          problems={problems}
          methods={methods}
        />
      )}
    </PageColumn>
  );
}
