// Runs in a worker thread (see passwords.ts). Plain JavaScript, so that no build has to come before it.
import { compareSync, hashSync } from 'bcryptjs';

/**
 * Hashes a password, or compares one with a hash.
 *
 * @param {{ operation: 'hash', password: string, cost: number } | { operation: 'compare', password: string, hash: string }} task
 * @returns {string | boolean} the hash, or whether the two belong together
 */
export default function run(task) {
  return task.operation === 'hash' ? hashSync(task.password, task.cost) : compareSync(task.password, task.hash);
}
