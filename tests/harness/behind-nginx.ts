/**
 * Whether this run is about what nginx makes of the contract (the project "nginx" of vitest.config.ts). A few tests are about what
 * nginx answers by itself, or what nobody says past it: they are left out then.
 */
export const BEHIND_NGINX = process.env.TEST_BEHIND_NGINX !== undefined;
