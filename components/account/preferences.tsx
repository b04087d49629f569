import { useLocale, useTranslations } from 'next-intl';
import { Choice } from '@/components/ui/choice';
import { themeSchema, type Theme } from '@/lib/contracts/accounts';
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locales';

/** The language of the pages in this browser. */
export function LanguageChoice({ returnTo, hideLegend }: { returnTo: string; hideLegend?: boolean }) {
  const t = useTranslations('settings');
  const options = LOCALES.map((value) => ({ value, label: LOCALE_NAMES[value], lang: value }));
  return (
    <Choice
      name="locale"
      legend={t('language')}
      hideLegend={hideLegend}
      current={useLocale()}
      options={options}
      returnTo={returnTo}
    />
  );
}

/** Light, dark, or as the system has it. */
export function ThemeChoice({ current, returnTo }: { current: Theme; returnTo: string }) {
  const t = useTranslations('settings');
  const options = themeSchema.options.map((value) => ({ value, label: t(`theme_${value}`) }));
  return <Choice name="theme" legend={t('theme')} current={current} options={options} returnTo={returnTo} />;
}
