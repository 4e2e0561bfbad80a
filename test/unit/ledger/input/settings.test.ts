import { describe, expect, it } from 'vitest';
import { root } from '../../../../src/input/refuse.ts';
import { readSettingsPatch, readWorkflowSetting } from '../../../../src/ledger/input/settings.ts';
import type { LifecycleManagementSettings } from '../../../../src/model/workflow/quarantine.ts';

const TYPE = '@odata.type';
const CURRENT: LifecycleManagementSettings = {
  emailSettings: { senderDomain: '', useCompanyBranding: false },
  quarantineConfiguration: null,
  workflowScheduleIntervalInHours: 3,
};
const read = (input: object, current = CURRENT) => readSettingsPatch(input, current);
const bounds = (...conditions: object[]) => ({
  quarantineConfiguration: { conditions, matchMode: 'any' },
});

describe('a patch of the settings', () => {
  it('has the changed properties only', () => {
    expect(read({ ...CURRENT, workflowScheduleIntervalInHours: 6 })).toEqual({
      workflowScheduleIntervalInHours: 6,
    });
    expect(read(CURRENT)).toEqual({});
    expect(read({})).toEqual({});
  });

  it('may repeat an interval that is no whole number of hours, but not set one', () => {
    const current = { ...CURRENT, workflowScheduleIntervalInHours: 0.5 };
    expect(read({ workflowScheduleIntervalInHours: 0.5 }, current)).toEqual({});
    for (const workflowScheduleIntervalInHours of [0.5, 0, 25, '3', null])
      expect(() => read({ workflowScheduleIntervalInHours })).toThrowError(
        expect.objectContaining({ details: { field: 'workflowScheduleIntervalInHours' } }),
      );
  });

  it('gives each quarantine condition its type', () => {
    const patch = read(bounds({ threshold: 10 }, { percentage: 5 }));
    expect(patch.quarantineConfiguration?.conditions.map((one) => one[TYPE])).toEqual([
      '#microsoft.graph.identityGovernance.countBasedQuarantineCondition',
      '#microsoft.graph.identityGovernance.percentageBasedQuarantineCondition',
    ]);
    expect(
      read({ quarantineConfiguration: patch.quarantineConfiguration }, { ...CURRENT, ...patch }),
    ).toEqual({});
  });

  it.each([
    ['neither a threshold nor a percentage', {}],
    ['both of them', { threshold: 1, percentage: 1 }],
    ['a negative threshold', { threshold: -1 }],
    ['more than all users', { percentage: 101 }],
    [
      'the type of the other kind',
      { [TYPE]: '#microsoft.graph.identityGovernance.countBasedQuarantineCondition', percentage: 1 },
    ],
  ])('is refused with a quarantine condition of %s', (_, condition) => {
    expect(() => read(bounds({ threshold: 1 }, condition))).toThrowError(
      expect.objectContaining({
        details: { field: expect.stringContaining('quarantineConfiguration.conditions[1]') },
      }),
    );
  });

  it('is refused with unknown properties', () => {
    expect(() => read({ interval: 3 })).toThrowError(expect.objectContaining({ code: 'InvalidArgument' }));
  });
});

it('the settings of a workflow have no bounds of their own unless they are given', () => {
  expect(readWorkflowSetting(root({}))).toEqual({ quarantineConfiguration: null });
  expect(readWorkflowSetting(root(bounds({ threshold: 0 }))).quarantineConfiguration).toMatchObject({
    matchMode: 'any',
    conditions: [{ threshold: 0 }],
  });
});
