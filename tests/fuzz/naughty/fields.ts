import { ACCOUNT_FIELDS } from './accounts';
import { ADMINISTRATION_FIELDS } from './administration';
import type { Field } from './field';
import { MESSAGE_FIELDS } from './messages';
import { ROOM_FIELDS } from './rooms';

/** Every field that takes text, on every transport: a new one is a new line in the table of its subject. */
export const FIELDS: readonly Field[] = [
  ...ACCOUNT_FIELDS,
  ...ADMINISTRATION_FIELDS,
  ...ROOM_FIELDS,
  ...MESSAGE_FIELDS,
];
