import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { TaskOutcome } from '../../../../src/model/records.ts';
import {
  packAttempts,
  packOutcomes,
  unpackAttempts,
  unpackOutcome,
  unpackOutcomes,
} from '../../../../src/stores/journal/outcomes.ts';
import { AT } from '../sqlite/support.ts';

const moment = fc.integer({ min: -4.5e15, max: 4.5e15 });
const outcome = fc.record<TaskOutcome>(
  {
    status: fc.constantFrom('completed', 'failed', 'canceled'),
    startedAtMs: fc.option(moment),
    completedAtMs: moment,
    failureReason: fc.string({ unit: 'grapheme' }),
    processingInfo: fc.string({ unit: 'grapheme' }),
    code: fc.string(),
    changes: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['status', 'startedAtMs', 'completedAtMs'] },
);

it('outcomes come back as they went in', () => {
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 6 }), moment, (outcomes, createdAtMs) => {
      const text = packOutcomes(outcomes, createdAtMs);
      expect(unpackOutcomes(JSON.parse(text), createdAtMs)).toEqual(outcomes);
    }),
  );
});

it('a moment is counted from the one before it', () => {
  const outcomes: TaskOutcome[] = [
    { status: 'completed', startedAtMs: AT + 5, completedAtMs: AT + 12 },
    { status: 'failed', startedAtMs: AT + 12, completedAtMs: AT + 13, failureReason: 'no "mail"' },
    { status: 'canceled', startedAtMs: null, completedAtMs: AT + 20 },
    { status: 'completed', startedAtMs: AT + 20, completedAtMs: AT + 20, processingInfo: 'was there' },
    {
      status: 'failed',
      startedAtMs: AT + 20,
      completedAtMs: AT + 21,
      failureReason: 'gone',
      code: 'Http410',
    },
    { status: 'completed', startedAtMs: AT + 21, completedAtMs: AT + 21, changes: ['left Sales'] },
  ];
  expect(packOutcomes(outcomes, AT)).toBe(
    '[["c",5,7],["f",0,1,"no \\"mail\\""],["x",null,7],["c",0,0,null,"was there"],' +
      '["f",0,1,"gone",null,"Http410"],["c",0,0,null,null,null,null,["left Sales"]]]',
  );
});

it('no outcomes are an empty array', () => {
  expect(packOutcomes([], AT)).toBe('[]');
});

it('an outcome of an unknown letter is damage', () => {
  expect(() => unpackOutcome(['q', 0, 0], AT)).toThrow('`q`');
});

it.each([null, { failures: 2, interruptions: 1, notBeforeMs: AT }])(
  'attempts %j come back as they went in',
  (attempts) => {
    expect(unpackAttempts(JSON.parse(packAttempts(attempts)))).toEqual(attempts);
  },
);
