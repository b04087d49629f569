/** What came of sending a text, whatever carried it. */
export interface Outcome {
  ok: boolean;
  /** the contract's code, where it was refused */
  code: string;
  /** the answer, where it was taken */
  answer: unknown;
  /** what the service must not have answered, whatever was sent */
  wrong: string | null;
  /** a page, where it is one */
  page: string;
}
