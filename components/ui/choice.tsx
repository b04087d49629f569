import { cx } from './class-names';

interface ChoiceProps<Value extends string> {
  /** the field that is posted to /preferences */
  name: string;
  legend: string;
  hideLegend?: boolean;
  current: Value;
  options: readonly { value: Value; label: string; lang?: string }[];
  /** the path to come back to */
  returnTo: string;
}

/** A few exclusive options, each a button that posts itself: one touch, with or without a script. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { name, legend, hideLegend = false, current, options, returnTo } = props;
  return (
    <form method="post" action="/preferences">
      <input type="hidden" name="returnTo" value={returnTo} />
      <fieldset>
        <legend className={hideLegend ? 'sr-only' : 'mb-1.5 text-sm font-medium'}>{legend}</legend>
        <div className="-mx-2 flex flex-wrap gap-1">
          {options.map(({ value, label, lang }) => (
            <button
              key={value}
              type="submit"
              name={name}
              value={value}
              lang={lang}
              aria-pressed={value === current}
              className={cx(
                'min-h-8 rounded-md px-2 text-sm transition-colors duration-100',
                value === current
                  ? 'font-medium text-ink underline decoration-accent decoration-2 underline-offset-6'
                  : 'text-muted hover:bg-surface hover:text-ink',
              )}
            >
              {label}
            </button>
          ))}
        </div>
      </fieldset>
    </form>
  );
}
