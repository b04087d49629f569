import { createHash } from 'node:crypto';

const names = new Map<string, string>();

/**
 * The name under which PostgreSQL keeps a statement's plan, once for each connection: for the statements of every request, which take
 * three times as long to plan as to run. Made from the text, because two bundles of this module share the connections.
 *
 * @param text one of few: values belong into parameters
 */
function statementName(text: string): string {
  let name = names.get(text);
  if (!name) names.set(text, (name = createHash('sha256').update(text).digest('base64url')));
  return name;
}

/**
 * A statement whose plan PostgreSQL keeps.
 *
 * @param text one of few: values belong into parameters
 */
export function kept(text: string, values: unknown[]): { name: string; text: string; values: unknown[] } {
  return { name: statementName(text), text, values };
}
