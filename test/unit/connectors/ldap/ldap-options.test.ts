import { describe, expect, it } from 'vitest';
import { ldapConnection } from '../../../../src/connectors/ldap/ldap-connection.ts';
import { LDAP_OPTIONS, type LdapOptions, readServer } from '../../../../src/connectors/ldap/ldap-options.ts';
import { readOptions } from '../../../../src/input/options.ts';

const OPTIONS: LdapOptions = {
  url: 'ldaps://dc1.example.org',
  bindDN: 'cn=tenure',
  password: 'secret',
  users: { base: 'ou=people' },
};
const serverOf = (options: Partial<LdapOptions>) =>
  readServer(readOptions({ ...OPTIONS, ...options }, 'ldapConnection', LDAP_OPTIONS));

describe('the address of an LDAP server', () => {
  it.each([
    ['ldaps://dc1.example.org', {}, { isTls: true, hostname: 'dc1.example.org', port: 636 }],
    ['LDAPS://dc1.example.org:80/', {}, { isTls: true, hostname: 'dc1.example.org', port: 80 }],
    ['ldap://dc1.example.org', { startTls: true }, { isTls: false, hostname: 'dc1.example.org', port: 389 }],
    ['ldap://dc1:3389', { allowPlainText: true }, { isTls: false, hostname: 'dc1', port: 3_389 }],
    ['ldap://localhost', {}, { isTls: false, hostname: 'localhost', port: 389 }],
    ['ldap://[::1]:1389', {}, { isTls: false, hostname: '::1', port: 1_389 }],
    ['ldap://127.0.0.1:1389', {}, { isTls: false, hostname: '127.0.0.1', port: 1_389 }],
  ])('%s with %j is taken', (url, options, server) => expect(serverOf({ url, ...options })).toEqual(server));

  it.each([
    ['https://dc1', {}, /Expected url to be a URL with ldaps: or ldap:/],
    ['dc1.example.org', {}, /Expected url to be a URL with ldaps: or ldap:/],
    ['ldap://dc1.example.org', {}, /a URL with ldaps:, or `startTls` or `allowPlainText` to be set/],
    ['ldap://localhost.example.org', {}, /a URL with ldaps:/],
    ['ldaps://cn=admin:secret@dc1', {}, /a URL without credentials, got one with credentials/],
    ['ldaps://dc1/dc=example', {}, /a URL of a server only/],
    ['ldaps://dc1', { startTls: true }, /Expected startTls to be false where the URL has ldaps:/],
  ])('%s with %j is refused', (url, options, message) => {
    expect(() => serverOf({ url, ...options })).toThrow(message);
  });
});

describe('the options of an LDAP connection', () => {
  it.each([
    [{ password: '' }, /Expected password to be text or a function, got an empty one/],
    [{ password: 7 }, /Expected password to be text or a function, got number/],
    [{ users: {} }, /users\.base/],
    [{ flavour: 'novell' }, /one of activeDirectory, generic/],
    [{ idAttribute: '(uid=*)' }, /Expected idAttribute to be the name of an attribute/],
    [{ attributes: { 'a b': 'c' } }, /Expected attributes to be an object of names of attributes/],
    [{ groups: { base: 'ou=groups', member: 'members' } }, /groups\.member/],
    [{ pageSize: 0 }, /pageSize/],
    [{ tls: { ca: 7 } }, /Expected tls\.ca to be PEM, as text or bytes, got number/],
    [{ disabledBy: { attribute: 'a' } }, /disabledBy\.value/],
    [{ hostname: 'dc1' }, /`hostname`/],
  ])('%j are refused', (options, message) => {
    expect(() => ldapConnection({ ...OPTIONS, ...options } as LdapOptions)).toThrow(message);
  });

  it('never show the password', () => {
    for (const password of ['', 7, null, {}])
      expect(() => ldapConnection({ ...OPTIONS, password } as unknown as LdapOptions)).toThrow(
        expect.objectContaining({ code: 'InvalidArgument' }),
      );
  });
});
