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
      mail: undefined,
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
    { NEXTAUTH_SECRET: 'aaaaaaaaaaaaaaaaaaaaaaaa' },
    { NEXTAUTH_SECRET: 'changemechangeme' },
    { NEXTAUTH_SECRET_PREVIOUS: 'short' },
    { TRUST_PROXY: 'yes' },
    { REDIS_URL: 'http://localhost' },
    { REDIS_URL: 'redis://localhost:6379', NEXTAUTH_SECRET: 'a secret that is long enough' },
    { REDIS_URL: 'redis://localhost:6379', DATABASE_URL: 'postgresql://localhost/chat' },
    { ADMIN_EMAIL: 'nobody' },
    { REGISTRATION: 'sometimes' },
    { BCRYPT_COST: '3' },
    { BCRYPT_COST: '12.5' },
    { RATE_LIMITS: 'maybe' },
    { LOG_LEVEL: 'loud' },
    { SMTP_URL: 'https://mail.example.org' },
    { SMTP_URL: 'mail.example.org:587' },
    { SMTP_URL: 'smtp://' },
    { SMTP_URL: 'smtp://user@mail.example.org' },
    { SMTP_URL: 'smtp://us%er:password@mail.example.org' },
    { SMTP_URL: 'smtp://mail.example.org/?pool=true' },
    { MAIL_FROM: 'Beseda', SMTP_URL: 'smtp://mail.example.org' },
    { MAIL_FROM: 'a@example.org, b@example.org', SMTP_URL: 'smtp://mail.example.org' },
    { MAIL_FROM: 'Be\r\nBcc: x <a@example.org>', SMTP_URL: 'smtp://mail.example.org' },
  ])('refuses $0 by name, in one line', (source) => {
    const [name] = Object.keys(source);
    expect(() => loadEnv(source)).toThrow(SettingError);
    expect(() => loadEnv(source)).toThrow(new RegExp(`^${name} must [^\\n]+$`));
  });

  const openId = {
    OIDC_ISSUER: 'https://id.example.org/realms/team/',
    OIDC_CLIENT_ID: 'a',
    OIDC_CLIENT_SECRET: 'hush',
    OIDC_NAME: 'ID',
  };

  it('takes a provider as a whole', () => {
    expect(loadEnv(openId).openId).toEqual({
      issuer: 'https://id.example.org/realms/team',
      clientId: 'a',
      clientSecret: 'hush',
      name: 'ID',
    });
    expect(loadEnv({ ...openId, OIDC_ISSUER: 'http://localhost:8080' }).openId?.issuer).toBe('http://localhost:8080');
    expect(() => loadEnv({ ...openId, OIDC_NAME: '', OIDC_CLIENT_SECRET: ' ' })).toThrow(
      'OIDC_CLIENT_SECRET, OIDC_NAME must be set too.',
    );
  });

  it.each([
    { OIDC_ISSUER: 'http://id.example.org' },
    { OIDC_ISSUER: 'https://id.example.org/?realm=team' },
    { OIDC_ISSUER: 'https://user@id.example.org' },
    { OIDC_ISSUER: 'id.example.org' },
    { OIDC_NAME: 'x'.repeat(41) },
  ])('takes no provider with %j, and repeats no secret', (wrong) => {
    const load = () => loadEnv({ ...openId, ...wrong });
    expect(load).toThrow(SettingError);
    expect(load).toThrow(expect.not.objectContaining({ message: expect.stringContaining('hush') as unknown }));
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
    for (const broken of [
      `http://u:${password}@h`,
      `smtp://u:${password}@h/x`,
      `smtp://%:${password}@h`,
      `u:${password}`,
    ])
      expect(() => loadEnv({ SMTP_URL: broken })).toThrow(/^(?!.*hunter2)/);
  });

  it('takes the mail server as it is meant', () => {
    expect(loadEnv({ SMTP_URL: 'smtps://chat%40example.org:p%40ss@mail.example.org' }).mail).toEqual({
      host: 'mail.example.org',
      port: undefined,
      secure: true,
      auth: { user: 'chat@example.org', pass: 'p@ss' },
      from: { name: 'Beseda', address: 'chat@example.org' },
    });
    expect(loadEnv({ SMTP_URL: 'smtp://[::1]:2525', MAIL_FROM: 'a@example.org' }).mail).toMatchObject({
      host: '::1',
      port: 2525,
      secure: false,
      auth: undefined,
    });
  });

  it.each([
    [{ MAIL_FROM: 'Команда <chat@example.org>' }, { name: 'Команда', address: 'chat@example.org' }],
    [{ MAIL_FROM: '"The team" <chat@example.org>' }, { name: 'The team', address: 'chat@example.org' }],
    [{ MAIL_FROM: 'chat@example.org' }, { name: 'Beseda', address: 'chat@example.org' }],
    [{ NEXTAUTH_URL: 'https://chat.example.org' }, { name: 'Beseda', address: 'no-reply@chat.example.org' }],
  ])('knows whom letters are from: %j', (source, from) => {
    expect(loadEnv({ SMTP_URL: 'smtp://mail.example.org', ...source }).mail?.from).toEqual(from);
  });

  it.each([{}, { NEXTAUTH_URL: 'http://192.0.2.1' }, { NEXTAUTH_URL: 'http://localhost:3000' }])(
    'demands a sender where none can be made: %j',
    (source) => {
      expect(() => loadEnv({ SMTP_URL: 'smtp://mail.example.org', ...source })).toThrow(/^MAIL_FROM must be set/);
    },
  );
});
