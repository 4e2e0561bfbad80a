import { describe, expect, it } from 'vitest';
import { LdapEntry } from '../../../../../src/connectors/ldap/protocol/ldap-entry.ts';

describe('an entry', () => {
  const entry = new LdapEntry({
    dn: 'cn=Ana',
    cn: 'Ana',
    Mail: ['a@example.org', 'b@example.org'],
    objectGUID: Buffer.from([1, 2]),
    title: [],
    member: [],
    'member;range=0-1499': ['cn=a', 'cn=b'],
  });

  it('has its values under names in any letter case', () => {
    expect(entry.texts('mail')).toEqual(['a@example.org', 'b@example.org']);
    expect(entry.text('CN')).toBe('Ana');
    expect(entry.bytes('objectguid')).toEqual(Buffer.from([1, 2]));
    expect(entry.bytes('cn')).toEqual(Buffer.from('Ana'));
  });

  it('has no value of what is absent, and no text of bytes', () => {
    expect([entry.values('title'), entry.text('title'), entry.bytes('title')]).toEqual([[], null, null]);
    expect(entry.texts('objectGUID')).toEqual([]);
    expect(entry.values('constructor')).toEqual([]);
  });

  it('says where a part of an attribute ends', () => {
    expect(entry.texts('member')).toEqual(['cn=a', 'cn=b']);
    expect(entry.rangeFrom('member')).toBe(1_500);
    expect(entry.rangeFrom('mail')).toBeNull();
    expect(new LdapEntry({ dn: '', 'member;range=1500-*': ['cn=c'] }).rangeFrom('member')).toBeNull();
  });
});
