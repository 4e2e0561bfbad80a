import { describe, expect, it } from 'vitest';
import { isAddress, messageIdOf, parseAddress } from '../../../../src/connectors/mail/mail-message.ts';

describe('an address', () => {
  it.each([
    'ada@example.org',
    'a.b+c@sub.example.org',
    "o'neil@example.org",
    'zoë@exämple.org',
    'a@localhost',
  ])('`%s` is one', (text) => expect(isAddress(text)).toBe(true));

  it.each([
    '',
    'ada',
    '@example.org',
    'ada@',
    'a@b@c',
    'ada@example.org\r\nBcc: eve@example.org',
    'ada@example.org, eve@example.org',
    '<ada@example.org>',
    'ada@example.org\0',
    'ada \u2028@example.org',
    `${'a'.repeat(65)}@example.org`,
    `a@${'b'.repeat(256)}`,
    undefined,
    42,
  ])('`%s` is none', (text) => expect(isAddress(text)).toBe(false));
});

it.each([
  ['people@example.org', { address: 'people@example.org' }],
  ['People team <people@example.org>', { address: 'people@example.org', name: 'People team' }],
  ['"Núñez, Ana" <ana@example.org>', { address: 'ana@example.org', name: 'Núñez, Ana' }],
  ['People <people@example.org> x', null],
  ['People\r\nBcc: <eve@example.org>', null],
  ['a@example.org, b@example.org', null],
  ['', null],
])('reads `%s` as %j', (text, address) => expect(parseAddress(text)).toEqual(address));

describe('a Message-ID', () => {
  it('is the key at the domain of the sender', () => {
    expect(messageIdOf('d6f7c582-3b68-8b69-8001-000000000001', 'people@example.org')).toBe(
      '<d6f7c582-3b68-8b69-8001-000000000001@example.org>',
    );
  });

  it('is a digest of a key that may not stand in it, and the domain in ASCII', () => {
    const id = messageIdOf('a key>\r\nBcc: eve', 'people@exämple.org');
    expect(id).toMatch(/^<[0-9a-f]{64}@xn--exmple-cua\.org>$/);
    expect(messageIdOf('another key>', 'people@exämple.org')).not.toBe(id);
  });
});
