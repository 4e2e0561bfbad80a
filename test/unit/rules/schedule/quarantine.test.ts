import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QuarantineConfiguration } from '../../../../src/model/workflow/quarantine.ts';
import { quarantineOf } from '../../../../src/rules/schedule/quarantine.ts';

const N = '#microsoft.graph.identityGovernance.';
const count = (threshold: number) =>
  ({ '@odata.type': `${N}countBasedQuarantineCondition`, threshold }) as const;
const percent = (percentage: number) =>
  ({ '@odata.type': `${N}percentageBasedQuarantineCondition`, percentage }) as const;
const typeOf = (configuration: QuarantineConfiguration, users: number, directorySize = 200) =>
  quarantineOf(configuration, users, directorySize)?.quarantineType ?? null;

describe('a quarantine', () => {
  it('begins above the threshold, not at it', () => {
    const any = { matchMode: 'any', conditions: [count(10)] } as const;
    expect([typeOf(any, 10), typeOf(any, 11)]).toEqual([null, 'countBasedThresholdExceeded']);
    expect(quarantineOf(any, 11, 0)?.quarantineReason).toBe(
      '11 users, where at most 10 may be processed at once',
    );
  });

  it('counts percentages of the directory; a fraction of a user counts as none', () => {
    const any = { matchMode: 'any', conditions: [percent(5)] } as const;
    expect([typeOf(any, 10), typeOf(any, 11)]).toEqual([null, 'percentageBasedThresholdExceeded']);
    expect([typeOf(any, 0, 9), typeOf(any, 1, 9)]).toEqual([null, 'percentageBasedThresholdExceeded']);
  });

  it('needs one condition, or all', () => {
    const conditions = [count(10), percent(10)];
    const modes = (users: number) => [
      typeOf({ matchMode: 'any', conditions }, users),
      typeOf({ matchMode: 'all', conditions }, users),
    ];
    expect(modes(10)).toEqual([null, null]);
    expect(modes(15)).toEqual(['countBasedThresholdExceeded', null]);
    expect(modes(21)).toEqual(['multipleConditionsExceeded', 'multipleConditionsExceeded']);
  });

  it('never comes without bounds, nor without users', () => {
    const configuration = fc.record({
      matchMode: fc.constantFrom('any', 'all'),
      conditions: fc.array(fc.oneof(fc.nat(50).map(count), fc.nat(100).map(percent)), { maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        configuration,
        fc.nat(60),
        fc.nat(100),
        ({ matchMode, conditions }, users, directorySize) => {
          const exceeded = conditions.map((one) =>
            'threshold' in one ? users > one.threshold : users * 100 > one.percentage * directorySize,
          );
          const isExpected =
            exceeded.length > 0 &&
            (matchMode === 'any' ? exceeded.includes(true) : !exceeded.includes(false));
          const mode = matchMode as 'any' | 'all';
          expect(quarantineOf({ matchMode: mode, conditions }, users, directorySize) !== null).toBe(
            isExpected,
          );
          expect(quarantineOf({ matchMode: mode, conditions }, 0, directorySize)).toBeNull();
        },
      ),
    );
  });
});
