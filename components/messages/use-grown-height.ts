import { useCallback, type RefObject } from 'react';

/**
 * Lets a text field grow with its text where the browser does not do it by itself (`field-sizing: content`).
 *
 * @returns what to call when the text has changed
 */
export function useGrownHeight(field: RefObject<HTMLTextAreaElement | null>): () => void {
  return useCallback(() => {
    const element = field.current;
    if (!element || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [field]);
}
