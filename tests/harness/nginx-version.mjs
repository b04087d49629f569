import { spawnSync } from 'node:child_process';

/** The environment in which nginx is found: Debian keeps it where an ordinary user's PATH does not look. */
export const NGINX_ENV = { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/usr/local/sbin` };

/** @returns {string | undefined} the nginx that this machine has, as it names its version */
export function nginxVersion() {
  const { status, stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8', env: NGINX_ENV });
  return status === 0 ? stderr.trim() : undefined;
}

/**
 * For tests that are skipped where there is no nginx: that is said, and in continuous integration it is an error.
 *
 * @returns {string | undefined} the nginx that this machine has, as it names its version
 * @throws {Error} in continuous integration, when there is none
 */
export function requireNginx() {
  const version = nginxVersion();
  if (!version && process.env.CI)
    throw new Error('nginx is missing: in continuous integration nginx.conf must be tested');
  if (!version)
    console.warn('nginx is not installed here: nginx.conf is not tested. (Debian: apt-get install nginx-light)');
  return version;
}
