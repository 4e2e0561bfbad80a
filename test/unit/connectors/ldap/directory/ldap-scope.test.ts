import { describe, expect, it } from 'vitest';
import { filterOfScope } from '../../../../../src/connectors/ldap/directory/ldap-scope.ts';
import { DEFAULTS, type LdapFlavour } from '../../../../../src/connectors/ldap/ldap-flavour.ts';
import { equals, or } from '../../../../../src/connectors/ldap/protocol/ldap-filter.ts';
import { parseScopeRule } from '../../../../../src/filter/parsing/scope-rule.ts';

function translated(text: string, flavour: LdapFlavour = 'generic') {
  const attributes = new Map(
    Object.entries({ ...DEFAULTS[flavour].attributes, costCenter: 'x-cost-center' }),
  );
  return filterOfScope(parseScopeRule(text), { flavour, attributes });
}

describe('what LDAP is asked of a scope rule', () => {
  it('is equality of text', () => {
    expect(translated("department eq 'Sales'")).toEqual(equals('departmentNumber', 'Sales'));
    expect(translated("'Sales' eq department", 'activeDirectory')).toEqual(equals('department', 'Sales'));
    expect(translated("city in ('Porto', 'Lisbon')")).toEqual(
      or([equals('l', 'Porto'), equals('l', 'Lisbon')]),
    );
    expect(translated("onPremisesExtensionAttributes/extensionAttribute3 eq 'x'", 'activeDirectory')).toEqual(
      equals('extensionAttribute3', 'x'),
    );
  });

  it('is the beginning without its last character, which an accent behind it could change', () => {
    const starts = (value: string) => ({ kind: 'startsWith', attribute: 'title', value });
    expect(translated("startsWith(jobTitle, 'Vice ')")).toEqual(starts('Vice'));
    expect(translated("startsWith(jobTitle, 'a b')")).toEqual(starts('a'));
    for (const start of ['V', ' V', '', 'Vué', 'ｖ', 'V\t1'])
      expect(translated(`startsWith(jobTitle, '${start}')`)).toBeNull();
  });

  it('is no beginning beside a value that may be none, since people without the attribute may be wanted then', () => {
    expect(translated("startsWith(jobTitle, 'Vice') and city eq true")).toBeNull();
    expect(translated("startsWith(jobTitle, 'Vice') and city eq 'Porto'")).toMatchObject({ kind: 'and' });
  });

  it('is the bit of an account of Active Directory', () => {
    const disabled = { kind: 'hasBits', attribute: 'userAccountControl', bits: 2 };
    expect(translated('accountEnabled eq false', 'activeDirectory')).toEqual(disabled);
    expect(translated('accountEnabled eq true', 'activeDirectory')).toEqual({
      kind: 'not',
      filter: disabled,
    });
    expect(translated('accountEnabled eq true')).toBeNull();
  });

  it('is that part of a conjunction which it can ask, and a disjunction only whole', () => {
    expect(translated("department eq 'Sales' and jobTitle ne 'Clerk'")).toEqual({
      kind: 'and',
      filters: [equals('departmentNumber', 'Sales')],
    });
    expect(translated("department eq 'Sales' or jobTitle ne 'Clerk'")).toBeNull();
    expect(translated("department eq 'Sales' or city eq 'Porto'")).toEqual(
      or([equals('departmentNumber', 'Sales'), equals('l', 'Porto')]),
    );
  });

  it.each([
    "department ne 'Sales'",
    "not (department eq 'Sales')",
    'department eq null',
    "department eq ''",
    'employeeId eq 7',
    'employeeHireDate eq 2026-01-05T00:00:00Z',
    "createdDateTime eq '2026-01-05'",
    "costCenter eq '12'",
    "manager eq 'E1'",
    "shoeSize eq '42'",
    "proxyAddresses/any(p: p eq 'x')",
    `city in (${Array.from({ length: 101 }, (_, n) => `'${n}'`).join()})`,
  ])('is nothing for %s', (rule) => expect(translated(rule)).toBeNull());

  it('is nothing for a text that is no scope rule', () => {
    expect(
      filterOfScope(
        { text: 'memberOf g1', matches: () => true },
        { flavour: 'generic', attributes: new Map() },
      ),
    ).toBeNull();
  });
});
