/** Settings of an engine: defaults, bounds, units, and refusals that name the setting. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSED_SLOT_POLICIES, readSettings, SETTINGS } from '../../../src/engine/settings.ts';
import { LifecycleError } from '../../../src/errors/lifecycle-error.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import { DAY_MS, HOUR_MS } from '../../../src/model/time.ts';
import { DEFAULT_LIMITS } from '../../../src/model/workflow/workflow-limits.ts';

/** What is wrong with settings; `null`: they are read. */
function refusal(input: unknown): { readonly field: string; readonly message: string } | null {
  try {
    readSettings(input as never);
    return null;
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    expect(error.code).toBe('InvalidArgument');
    return { field: String((error.details as { field?: string }).field), message: error.message };
  }
}

describe('settings that are left out', () => {
  it('have the documented defaults, in the units of the engine', () => {
    expect(readSettings({})).toEqual({
      tasks: {},
      noOp: false,
      concurrency: 256,
      schedule: true,
      replaceSettings: false,
      scheduleIntervalMs: 3 * HOUR_MS,
      missedSlots: 'once',
      catchUpMs: 3 * DAY_MS,
      strictSelection: false,
      strictFailed: false,
      interruptionsMax: 10,
      abortGraceMs: 5_000,
      handlersUnsettledMax: 256,
      retention: { deletedWorkflowsMs: 30 * DAY_MS, runsMs: null, auditMs: 400 * DAY_MS },
      limits: DEFAULT_LIMITS,
    });
  });

  it('are as many unsettled handlers as the concurrency that was given', () => {
    expect(readSettings({ concurrency: 7 }).handlersUnsettledMax).toBe(7);
    expect(readSettings({ concurrency: 7, handlersUnsettledMax: 0 }).handlersUnsettledMax).toBe(0);
  });

  it('may be given as undefined', () => {
    const all = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, undefined]));
    expect(readSettings(all)).toEqual(readSettings({}));
  });

  it('of the retention are completed one by one', () => {
    expect(readSettings({ retention: { runsDays: 7 } }).retention).toEqual({
      deletedWorkflowsMs: LIMITS.deletedWorkflowsDays * DAY_MS,
      runsMs: 7 * DAY_MS,
      auditMs: LIMITS.auditDays * DAY_MS,
    });
    expect(readSettings({ retention: { deletedWorkflowsDays: null } }).retention).toEqual({
      deletedWorkflowsMs: null,
      runsMs: null,
      auditMs: LIMITS.auditDays * DAY_MS,
    });
  });

  it('of the limits are completed one by one', () => {
    expect(readSettings({ limits: { workflowsMax: 3 } }).limits).toEqual({
      ...DEFAULT_LIMITS,
      workflowsMax: 3,
    });
  });
});

describe('a setting that is a whole number', () => {
  const bounds: [string, number, number][] = [
    ['concurrency', 1, 100_000],
    ['scheduleIntervalHours', 1, 24],
    ['catchUpDays', 1, 180],
    ['interruptionsMax', 0, 1_000_000],
    ['abortGraceMs', 0, 3_600_000],
    ['handlersUnsettledMax', 0, 100_000],
  ];

  it.each(bounds)('%s is accepted in %i..%i, both included', (name, min, max) => {
    for (const value of [min, max]) expect(refusal({ [name]: value })).toBeNull();
  });

  it.each(bounds)(
    '%s is refused below %i, above %i, with a fraction, and as anything else',
    (name, min, max) => {
      for (const value of [
        min - 1,
        max + 1,
        min + 0.5,
        `${min}`,
        null,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        [min],
      ])
        expect(refusal({ [name]: value })).toMatchObject({
          field: name,
          message: expect.stringContaining(`${name} to be a whole number in ${min}..${max}`),
        });
    },
  );

  it('any number is accepted exactly when it is whole and in its bounds', () => {
    fc.assert(
      fc.property(fc.constantFrom(...bounds), fc.double(), fc.integer(), (bound, double, integer) => {
        const [name, min, max] = bound;
        for (const value of [double, integer])
          expect(refusal({ [name]: value }) === null).toBe(
            Number.isInteger(value) && value >= min && value <= max,
          );
      }),
    );
  });
});

describe('a setting that is a flag', () => {
  it.each(['noOp', 'schedule', 'replaceSettings', 'strictSelection', 'strictFailed'])(
    '%s is true or false, and nothing else',
    (name) => {
      for (const value of [true, false])
        expect(readSettings({ [name]: value })).toMatchObject({ [name]: value });
      for (const value of [0, 1, 'true', null]) expect(refusal({ [name]: value })?.field).toBe(name);
    },
  );
});

describe('the retention', () => {
  it.each(['deletedWorkflowsDays', 'runsDays'])('%s is 1..36,500 whole days, or null for ever', (name) => {
    for (const value of [1, 36_500, null]) expect(refusal({ retention: { [name]: value } })).toBeNull();
    for (const value of [0, 36_501, 1.5, '7'])
      expect(refusal({ retention: { [name]: value } })?.field).toBe(`retention.${name}`);
  });

  it.each([7, 'P7D', [], null])('that is %j is refused', (retention) => {
    expect(refusal({ retention })?.field).toBe('retention');
  });

  it('with an unknown property is refused, naming the nearest one', () => {
    expect(refusal({ retention: { runDays: 7 } })).toMatchObject({
      field: 'retention.runDays',
      message: expect.stringContaining('runsDays'),
    });
  });
});

describe('what happens to missed slots', () => {
  it.each(MISSED_SLOT_POLICIES)('may be %s, in any letter case', (missedSlots) => {
    expect(readSettings({ missedSlots }).missedSlots).toBe(missedSlots);
    expect(readSettings({ missedSlots: missedSlots.toUpperCase() as never }).missedSlots).toBe(missedSlots);
  });

  it('is refused as anything else, naming what it can be', () => {
    for (const missedSlots of ['all', '', null, 1])
      expect(refusal({ missedSlots })).toMatchObject({
        field: 'missedSlots',
        message: expect.stringContaining('one of skip, once, each'),
      });
  });
});

describe('the handlers', () => {
  it('are kept by name, to be read when the engine is made', () => {
    const run = () => {};
    expect(readSettings({ tasks: { greet: run, '*': { run } } }).tasks).toEqual({ greet: run, '*': { run } });
  });

  it.each([null, [], 'greet', () => {}])('are refused as %o', (tasks) => {
    expect(refusal({ tasks })?.field).toBe('tasks');
  });

  it('are refused as a Map, which has no properties', () => {
    expect(refusal({ tasks: new Map([['greet', () => {}]]) })?.message).toBe(
      'Expected tasks to be an object with a handler for each name, got a Map',
    );
  });
});

describe('settings as a whole', () => {
  it.each([null, [], 'fast', 7])('are refused as %j', (input) => {
    expect(refusal(input)?.message).toMatch(/^Expected .* an object, got/);
  });

  it('are refused with an unknown name, with the nearest one that there is', () => {
    expect(refusal({ concurency: 5 })).toMatchObject({
      field: 'concurency',
      message: expect.stringContaining('concurrency'),
    });
  });

  it('cannot be changed once they are read, by the caller’s object either', () => {
    const input = { concurrency: 5, retention: { runsDays: 7 } };
    const settings = readSettings(input);
    input.concurrency = 6;
    input.retention.runsDays = 8;
    expect([settings.concurrency, settings.retention.runsMs]).toEqual([5, 7 * DAY_MS]);
    expect(Object.isFrozen(settings)).toBe(true);
  });
});
