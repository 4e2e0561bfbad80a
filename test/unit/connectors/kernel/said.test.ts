import { describe, expect, it } from 'vitest';
import {
  saidLine,
  secretsOfAuthorization,
  withoutUrlCredentials,
} from '../../../../src/connectors/kernel/said.ts';

describe('what a system says', () => {
  it('is one line without what a terminal obeys', () => {
    expect(saidLine('  a\r\n\tb \u001b[31mc\0\u202ed ')).toBe('a b [31mc \\u202ed');
  });

  it('is cut, and nothing for what is no text', () => {
    expect(saidLine('x'.repeat(1_000))).toBe('x'.repeat(300));
    expect(saidLine('abc', [], 2)).toBe('ab');
    expect([saidLine({ toString: 1 }), saidLine(7), saidLine(null)]).toEqual(['', '', '']);
  });

  it('has no secret in it, plain or encoded, nor a part of one at the cut', () => {
    const secret = 'p/ss "wörd"';
    const base64 = Buffer.from(secret).toString('base64');
    const forms = [
      secret,
      encodeURIComponent(secret),
      'p%2Fss+%22w%C3%B6rd%22',
      JSON.stringify(secret),
      base64,
    ];
    for (const form of forms) {
      const said = saidLine(`got ${form}, sorry`, [secret]);
      expect(said).toMatch(/^got .?\(hidden\).*, sorry$/);
      expect(said).not.toMatch(/w(?:ö|%C3%B6)rd/);
    }
    expect(saidLine(`${'x'.repeat(295)}hunter22`, ['hunter22'])).toBe(`${'x'.repeat(295)}(hidd`);
  });

  it('takes out the longer of two secrets first, and lets words be that a short one is part of', () => {
    expect(saidLine('a long-secret', ['long', 'long-secret'])).toBe('a (hidden)');
    expect(saidLine('a word', ['a', ''])).toBe('a word');
  });
});

describe('the secrets of an Authorization header', () => {
  it('are its value, its token and a password', () => {
    expect(secretsOfAuthorization('Bearer abcd')).toEqual(['Bearer abcd', 'abcd']);
    expect(secretsOfAuthorization('abcd')).toEqual(['abcd']);
    expect(secretsOfAuthorization(`Basic ${btoa('ana:pa:ss')}`)).toEqual(
      expect.arrayContaining([btoa('ana:pa:ss'), 'ana:pa:ss', 'pa:ss']),
    );
  });
});

it('A text has no credentials of URLs', () => {
  expect(withoutUrlCredentials('at postgres://u:p/@ss@host/x and ldap://h')).toBe(
    'at postgres://…@host/x and ldap://h',
  );
});
