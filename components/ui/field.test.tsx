import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Field } from './field';

describe('Field', () => {
  it('ties its rule to the control', () => {
    const html = renderToStaticMarkup(<Field name="email" label="E-mail" hint="Only you see it." />);
    expect(html).toContain('<label for="field-email"');
    expect(html).toContain('aria-describedby="field-email-hint"');
    expect(html).toContain('id="field-email-hint"');
    expect(html).not.toContain('aria-invalid');
  });

  it('puts what was wrong in place of the rule, and keeps what was typed', () => {
    const html = renderToStaticMarkup(
      <Field name="email" label="E-mail" hint="Only you see it." error="Enter an address." defaultValue='a"b' />,
    );
    expect(html).toContain('aria-invalid="true"');
    expect(html).toContain('aria-describedby="field-email-error"');
    expect(html).toContain('Enter an address.');
    expect(html).not.toContain('Only you see it.');
    expect(html).toContain('value="a&quot;b"');
  });
});
