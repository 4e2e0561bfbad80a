import { describe, expect, it } from 'vitest';
import { graphFilter } from '../../../../src/connectors/entra/graph-filter.ts';

describe('a scope rule as a filter of Graph', () => {
  it.each([
    ["department eq 'Sales'", "department eq 'Sales'"],
    ["'O''Neil' eq surname", "surname eq 'O''Neil'"],
    ['accountEnabled eq true', 'accountEnabled eq true'],
    ["country in ('PT', 'ES')", "country in ('PT', 'ES')"],
    ["startsWith(displayName, 'An')", "startsWith(displayName, 'An')"],
    ["department eq 'Sales' and city eq 'Porto'", "(department eq 'Sales' and city eq 'Porto')"],
    ["department eq 'Sales' or city eq 'Porto'", "(department eq 'Sales' or city eq 'Porto')"],
    // What cannot be asked for is left to be examined here.
    ["department eq 'Sales' and city ne 'Porto'", "department eq 'Sales'"],
    ["department eq 'Sales' and companyName eq 'Contoso'", "department eq 'Sales'"],
    ["department eq 'Sales' and not (city eq 'Porto')", "department eq 'Sales'"],
  ])('%s', (rule, filter) => {
    expect(graphFilter(rule)).toBe(filter);
  });

  it.each([
    // Graph does not tell letter case, so that it would leave out people whom the rule selects.
    "department ne 'Sales'",
    "not (department eq 'Sales')",
    // One side of an `or` selects people of whom Graph knows nothing.
    "department eq 'Sales' or companyName eq 'Contoso'",
    // Only with an index that is behind.
    'department eq null',
    "employeeType eq 'Employee'",
    "employeeId in ('1', '2')",
    "employeeOrgData/division eq 'North'",
    "proxyAddresses/any(p: startsWith(p, 'smtp:'))",
    // Of another type than the property, or not the same text for Graph.
    "accountEnabled eq 'true'",
    'department eq true',
    'employeeId eq 7',
    "department eq ''",
    "department eq ' Sales'",
    "department in ('Sales', null)",
    `department in (${Array.from({ length: 16 }, (_, n) => `'${n}'`).join()})`,
    Array.from({ length: 16 }, (_, n) => `city eq '${n}'`).join(' or '),
    `department eq '${'x'.repeat(2_000)}'`,
    'no rule of tenure',
  ])('%s has none', (rule) => {
    expect(graphFilter(rule)).toBeNull();
  });
});
