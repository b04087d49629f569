import { describe, expect, it } from 'vitest';
import { loadEnv, SettingError } from './env';

describe('loadEnv', () => {
  it('has a default for everything', () => {
    expect(loadEnv({})).toMatchObject({
      port: 3000,
      host: 'localhost',
      databaseUrl: undefined,
      publicUrl: undefined,
      trustProxy: 0,
      bcryptCost: 12,
      rateLimits: true,
      registration: 'open',
      logLevel: 'info',
      production: false,
    });
  });

  it('takes an empty variable for an unset one', () => {
    expect(loadEnv({ PORT: '', DATABASE_URL: ' ', NEXTAUTH_SECRET: '' })).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
      secret: '',
    });
  });

  it('folds the administrator’s address as registration does', () => {
    expect(loadEnv({ ADMIN_EMAIL: ' Anna@Example.org ' }).adminEmail).toBe('anna@example.org');
  });

  it.each([
    { PORT: 'abc' },
    { PORT: '65536' },
    { PORT: '-1' },
    { HOST: 'a b' },
    { DATABASE_URL: 'mysql://localhost/db' },
    { DATABASE_URL: 'postgresql://localhost' },
    { DATABASE_URL: 'nonsense' },
    { NEXTAUTH_URL: 'chat.example.org' },
    { NEXTAUTH_URL: 'https://example.org/chat' },
    { NEXTAUTH_SECRET: 'short' },
    { NEXTAUTH_SECRET_PREVIOUS: 'short' },
    { TRUST_PROXY: 'yes' },
    { REDIS_URL: 'http://localhost' },
    { ADMIN_EMAIL: 'nobody' },
    { REGISTRATION: 'sometimes' },
    { BCRYPT_COST: '3' },
    { BCRYPT_COST: '12.5' },
    { RATE_LIMITS: 'maybe' },
    { LOG_LEVEL: 'loud' },
  ])('refuses $0 by name, in one line', (source) => {
    const [name] = Object.keys(source);
    expect(() => loadEnv(source)).toThrow(SettingError);
    expect(() => loadEnv(source)).toThrow(new RegExp(`^${name} must [^\\n]+$`));
  });

  it('demands the public address wherever others can reach it', () => {
    expect(() => loadEnv({ HOST: '0.0.0.0' })).toThrow(/NEXTAUTH_URL must be set/);
    expect(loadEnv({ HOST: '0.0.0.0', NEXTAUTH_URL: 'https://chat.example.org' }).publicUrl?.host).toBe(
      'chat.example.org',
    );
    expect(loadEnv({ HOST: '127.0.0.1' }).publicUrl).toBeUndefined();
  });

  it('never repeats a password', () => {
    const password = 'hunter2';
    expect(() => loadEnv({ DATABASE_URL: `postgresql://u:${password}@localhost` })).toThrow(/^(?!.*hunter2)/);
  });
});
