import { describe, expect, it } from 'vitest';
import { observationOf } from '../../../../src/engine/selection/observation.ts';
import type { ChangeTrigger, GroupBasedSubjectSet } from '../../../../src/model/workflow/workflow.ts';

const ALL = { rule: 'id ne null' } as Parameters<typeof observationOf>[1];
const attributes = (...names: string[]) =>
  observationOf({ triggerAttributes: names.map((name) => ({ name })) } as unknown as ChangeTrigger, ALL);
const membership = (changeType: 'add' | 'remove', ...ids: string[]) =>
  observationOf(
    { changeType } as unknown as ChangeTrigger,
    { groups: ids.map((id) => ({ id })) } as unknown as GroupBasedSubjectSet,
  );

describe('the observation of attributes', () => {
  const observed = attributes('department', 'employeeOrgData/division');
  const before = observed.seen({ id: 'u', department: 'Sales', employeeOrgData: { division: 'North' } });

  it('is the same for other attributes, and differs when an observed one does', () => {
    const seen = (department: unknown, division: unknown, more: object = {}) =>
      observed.seen({ id: 'u', department, employeeOrgData: { division }, ...more });
    expect(seen('Sales', 'North', { jobTitle: 'Lead' })).toBe(before);
    expect(observed.isChange(before, before)).toBe(false);
    for (const after of [seen('sales', 'North'), seen('Sales', 'South'), seen(null, 'North')])
      expect(observed.isChange(before, after)).toBe(true);
  });

  it('does not mistake one attribute for another', () => {
    const both = attributes('a', 'b');
    expect(both.seen({ id: 'u', a: 'x', b: null })).not.toBe(both.seen({ id: 'u', a: null, b: 'x' }));
    expect(both.seen({ id: 'u', a: 'x,y' })).not.toBe(both.seen({ id: 'u', a: 'x', b: 'y' }));
  });

  it('treats an absent attribute as null, and does not read what every object inherits', () => {
    const one = attributes('constructor');
    expect(one.seen({ id: 'u' })).toBe(one.seen({ id: 'u', constructor: null }));
  });

  it('contains nothing of the values', () => {
    expect(before).toMatch(/^[\w-]{43}$/);
  });

  it('makes no change of a subject that is new', () => {
    expect(observed.isChange(null, before)).toBe(false);
  });

  it('of other attributes cannot be compared with it', () => {
    expect(attributes('a').signature).not.toBe(attributes('b').signature);
    expect(attributes('a').signature).not.toBe(membership('add', 'a').signature);
  });
});

describe('the observation of a membership', () => {
  const joined = { id: 'u', memberOf: ['G1'] };
  const other = { id: 'u', memberOf: 'g9' };

  it('has joining one of the groups as its change, also of a new subject', () => {
    const joining = membership('add', 'g1', 'g2');
    const [inside, outside] = [joining.seen(joined), joining.seen(other)];
    expect([joining.isChange(outside, inside), joining.isChange(null, inside)]).toEqual([true, true]);
    expect([joining.isChange(inside, inside), joining.isChange(inside, outside)]).toEqual([false, false]);
    expect([joining.holds(joined), joining.holds(other)]).toEqual([true, false]);
  });

  it('has leaving all groups as its change, but not of a new subject', () => {
    const leaving = membership('remove', 'g1', 'g2');
    const [inside, outside] = [leaving.seen(joined), leaving.seen(other)];
    expect([leaving.isChange(inside, outside), leaving.isChange(null, outside)]).toEqual([true, false]);
    expect(leaving.isChange(leaving.seen({ id: 'u', memberOf: ['g1', 'g2'] }), inside)).toBe(false);
    expect([leaving.holds(joined), leaving.holds(other)]).toEqual([false, true]);
  });

  it('is the same whatever the order and letter case of the groups', () => {
    expect(membership('add', 'G2', 'g1').signature).toBe(membership('add', 'g1', 'g2').signature);
  });
});
