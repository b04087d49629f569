/** Settings that make tests quick: cheap password hashes, and no limits unless a test is about them. */
export const TEST_SETTINGS = {
  NEXTAUTH_SECRET: 'a secret that only tests know, long enough',
  BCRYPT_COST: '4',
  RATE_LIMITS: 'off',
} as const;
