import { describe, expect, it } from 'vitest';
import { parseScopeRule } from '../../../../src/filter/parsing/scope-rule.ts';
import { filterErrorOf } from '../support.ts';

const subject = {
  id: 'u1',
  accountEnabled: true,
  department: 'Sales',
  jobTitle: 'Sales Executive',
  employeeOrgData: { division: 'Shoes' },
  proxyAddresses: ['SMTP:a@x.com', 'smtp:b@x.com'],
  assignedPlans: [{ service: 'exchange', capabilityStatus: 'Enabled' }],
  extension_0123_grade: 'B',
  onPremisesExtensionAttributes: { extensionAttribute1: 'x' },
};

describe('a scope rule selects', () => {
  it.each([
    ["department eq 'Sales'", true],
    ["department eq 'sales'", false],
    ["department ne 'Sales'", false],
    ["department in ('Sales', 'IT')", true],
    ["startsWith(jobTitle, 'Sales')", true],
    ["not startsWith(jobTitle, 'Vice') and accountEnabled eq true", true],
    ["(department eq 'IT' or department eq 'Sales') and not (accountEnabled eq false)", true],
    ["employeeOrgData/division eq 'Shoes'", true],
    ["onPremisesExtensionAttributes/extensionAttribute1 eq 'x'", true],
    ["extension_0123_grade eq 'B'", true],
    ["proxyAddresses/any(p: startsWith(p,'smtp:'))", true],
    ["proxyAddresses/any(p: p eq 'SMTP:A@x.com')", false],
    ["assignedPlans/any(a: a/service eq 'exchange' and a/capabilityStatus eq 'Enabled')", true],
    ['otherMails/any()', false],
    ["city ne 'Rome'", true],
    ['city eq null', true],
    ["'Sales' eq department", true],
  ])('%s: %s', (text, expected) => {
    const rule = parseScopeRule(text);
    expect(rule.text).toBe(text);
    expect(rule.matches(subject)).toBe(expected);
  });

  it.each(['true', 'True', 'TRUE', true])('accountEnabled eq true for a cell that says %j', (cell) => {
    expect(parseScopeRule('accountEnabled eq true').matches({ id: 'u', accountEnabled: cell })).toBe(true);
    expect(parseScopeRule('accountEnabled ne true').matches({ id: 'u', accountEnabled: cell })).toBe(false);
  });

  it.each(['false', 'yes', '1', '', null, 1, false])('accountEnabled eq true not for %j', (cell) => {
    expect(parseScopeRule('accountEnabled eq true').matches({ id: 'u', accountEnabled: cell })).toBe(false);
  });

  it('no subject by properties that every object inherits', () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty']) {
      expect(parseScopeRule(`${name} eq null`).matches(subject)).toBe(true);
      expect(parseScopeRule(`${name}/name eq null`).matches(subject)).toBe(true);
    }
  });
});

describe('a scope rule refuses', () => {
  it.each([
    ['age gt 5', 4, 'list the values'],
    ["category has 'x'", 9, 'equality only'],
    ["contains(department, 'S')", 0, 'not available'],
    ["tolower(department) eq 'sales'", 0, 'letter case counts'],
    ["startsWith(tolower(department), 's')", 11, 'letter case counts'],
    ['a add 1 eq 2', 2, 'does not calculate'],
    ['accountEnabled', 0, 'Write accountEnabled eq true'],
    ['not accountEnabled', 4, 'Write accountEnabled eq true'],
    ['true', 0, 'omit the rule'],
    ['department eq Sales', 14, "Text stands in quotes: 'Sales'"],
    ['department eq length(x)', 14, 'Write the value itself'],
    ['startsWith(department, city)', 23, 'Text stands in quotes'],
    ['1 eq 1', 0, 'Write attribute eq'],
    ["(department eq 'x') eq true", 12, 'Write the condition alone'],
    ["proxyAddresses eq 'x'", 0, 'Write proxyAddresses/any(x: x eq'],
    ["startsWith(otherMails, 'x')", 11, 'Write otherMails/any'],
    ['otherMails/$count eq 2', 0, 'otherMails/any'],
    ["tags/any(t: t eq 'x')", 0, 'assignedPlans, otherMails, proxyAddresses'],
    ["proxyAddresses/all(p: p eq 'x')", 15, 'not proxyAddresses/any'],
    ["otherMails/any(m: proxyAddresses/any(p: p eq 'x'))", 18, 'cannot stand in another'],
    ["assignedPlans/any(a: startsWith(a/service, 'x'))", 32, 'with eq, ne or in'],
    ["otherMails/any(m: m gt 'a')", 20, 'equality only'],
    ["department = 'x'", 11, 'Write eq'],
  ])('%s', (text, position, words) => {
    const error = filterErrorOf(() => parseScopeRule(text));
    expect(error.details.position).toBe(position);
    expect(error.message).toContain(words);
    expect(error.message).toContain('^');
  });

  it.each([
    'accountEnabled',
    'assignedPlans/service',
    'employeeId',
    'employeeOrgData/division',
    'employeeType',
    'onPremisesExtensionAttributes/extensionAttribute7',
    'onPremisesSecurityIdentifier',
    'onPremisesSyncEnabled',
    'userType',
  ])('startsWith on %s', (attribute) => {
    const error = filterErrorOf(() => parseScopeRule(`startsWith(${attribute}, 'x')`));
    expect(error.details.position).toBe(11);
    expect(error.message).toContain('with eq, ne or in');
  });
});

describe('what a scope rule asks for', () => {
  it.each<[string, string[], string[]]>([
    ["department eq 'Sales' and not startsWith(jobTitle, 'Vice')", ['department', 'jobTitle'], []],
    [
      "employeeOrgData/division in ('A', 'B') or department ne 'Sales'",
      ['employeeOrgData/division', 'department'],
      [],
    ],
    ['employeeHireDate in (2026-01-01, 2026-01-02)', ['employeeHireDate'], ['employeeHireDate']],
    ['2026-01-01 ne employeeLeaveDateTime', ['employeeLeaveDateTime'], ['employeeLeaveDateTime']],
    ["proxyAddresses/any(p: startsWith(p, 'smtp:'))", ['proxyAddresses'], []],
    ['employeeLeaveDateTime eq null', [], []],
    ['city in (null)', [], []],
    ["city eq null or city eq 'Rome'", ['city'], []],
  ])('%s', (text, attributes, dateAttributes) => {
    expect(parseScopeRule(text)).toMatchObject({ attributes, dateAttributes });
  });
});

describe('a value that a scope rule cannot read', () => {
  const rule = parseScopeRule(
    "accountEnabled eq true and employeeLeaveDateTime ne 2025-12-31 and department eq 'Sales'",
  );
  const person = {
    id: 'u',
    accountEnabled: 'True',
    employeeLeaveDateTime: '2026-01-01',
    department: 'Sales',
  };

  it('is named when it decides', () => {
    expect(rule.unreadable(person)).toBeNull();
    expect(rule.unreadable({ ...person, accountEnabled: 'yes' })).toEqual({
      attribute: 'accountEnabled',
      value: 'yes',
      expected: 'boolean',
    });
    expect(rule.unreadable({ ...person, employeeLeaveDateTime: '31/12/2025' })).toEqual({
      attribute: 'employeeLeaveDateTime',
      value: '31/12/2025',
      expected: 'dateTime',
    });
  });

  it('is not named when another condition decides, or when it is only absent', () => {
    expect(rule.unreadable({ ...person, accountEnabled: 'yes', department: 'IT' })).toBeNull();
    expect(rule.unreadable({ id: 'u', department: 'Sales' })).toBeNull();
    expect(parseScopeRule("startsWith(city, 'R')").unreadable({ id: 'u' })).toBeNull();
  });
});
