import { describe, expect, it } from 'vitest';
import { ruleFilter } from '../../../../src/connectors/kernel/rule-filter.ts';
import { inGroup } from '../../../../src/input/member-of.ts';

const rule = (text: string) => ({ text, matches: () => true });

describe('the tree of a rule', () => {
  it('is that of its text', () => {
    expect(ruleFilter(rule("department eq 'Sales'"))).toMatchObject({
      filter: { kind: 'compare', operator: 'eq' },
      keepsUnknown: false,
    });
  });

  it.each(['accountEnabled eq true', 'employeeHireDate ne 2026-01-31'])(
    'keeps people whose values cannot be read: %s',
    (text) => expect(ruleFilter(rule(text))?.keepsUnknown).toBe(true),
  );

  it('is absent for a rule that is no scope rule', () => {
    expect(ruleFilter(inGroup('sales'))).toBeNull();
  });
});
