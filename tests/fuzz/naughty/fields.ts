import { ACCOUNT_FIELDS } from './accounts';
import type { Field } from './field';
import { MESSAGE_FIELDS } from './messages';
import { ROOM_FIELDS } from './rooms';

/**
 * Every field that takes text, on every transport: a new one is a new line in the table of its subject. Routes that are not there
 * yet answer 404 or 405.
 */
export const FIELDS: readonly Field[] = [...ACCOUNT_FIELDS, ...ROOM_FIELDS, ...MESSAGE_FIELDS];
