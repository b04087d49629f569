import { describe, expect, it } from 'vitest';
import { setupOf } from './second-factor';

const SECRET = 'A'.repeat(32);
const uri = `otpauth://totp/Beseda:anna%40example.org?secret=${SECRET}&issuer=Beseda`;

describe('what a form brings along to be shown again', () => {
  it('is the address that an application was given', () => {
    expect(setupOf(uri)).toEqual({ secret: SECRET, uri });
  });

  it.each([
    undefined,
    '',
    'https://example.org/',
    `javascript:alert(1)//?secret=${SECRET}`,
    `otpauth://totp/x?secret=short`,
    `otpauth://totp/x?secret=${'a'.repeat(32)}`,
    `otpauth://totp/я?secret=${SECRET}`,
    // More than a QR code holds.
    `otpauth://totp/${'x'.repeat(3_000)}?secret=${SECRET}`,
  ])('is not %j', (other) => {
    expect(setupOf(other)).toBeNull();
  });
});
