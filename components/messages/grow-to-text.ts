/** Lets a text field be as high as its text where the browser does not do it by itself (`field-sizing: content`). */
export function growToText(field: HTMLTextAreaElement | null): void {
  if (!field || CSS.supports('field-sizing', 'content')) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}
