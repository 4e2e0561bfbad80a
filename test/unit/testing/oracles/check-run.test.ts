/** The oracle for Graph-shaped runs: what it accepts as it stands, and what it names. */
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../../src/index.ts';
import { apply, createRun, type ModelEvent } from '../../../../src/testing/model/reference-model.ts';
import { checkRun } from '../../../../src/testing/oracles/check-run.ts';
import { BREAKAGES, graphOf } from '../../../../src/testing/oracles/graph-run.ts';
import { formatViolations } from '../../../../src/testing/oracles/violation.ts';

const rulesOf = (violations: readonly { readonly rule: string }[]) =>
  [...new Set(violations.map(({ rule }) => rule))].sort();

/** The example of domain §2.6: 2 users × 2 tasks. */
const EXAMPLE = {
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#runs/$entity',
  id: '8cdf25a8-c9d2-423e-a03d-3f39f03c3e97',
  completedDateTime: '2022-08-24T23:28:11.1348863Z',
  failedTasksCount: 0,
  failedUsersCount: 0,
  lastUpdatedDateTime: '2022-08-24T23:33:11.1348863Z',
  processingStatus: 'completed',
  scheduledDateTime: '2022-08-24T23:28:04.1348863Z',
  startedDateTime: '2022-08-24T23:28:04.5688863Z',
  successfulUsersCount: 2,
  totalTasksCount: 4,
  totalUnprocessedTasksCount: 0,
  totalUsersCount: 2,
  workflowExecutionType: 'onDemand',
};
const RESULT = {
  processingStatus: 'completed',
  scheduledDateTime: '2022-08-24T23:28:04.1348863Z',
  startedDateTime: '2022-08-24T23:28:04.490Z',
  completedDateTime: '2022-08-24T23:28:11.1348863Z',
  failedTasksCount: 0,
  totalTasksCount: 2,
  totalUnprocessedTasksCount: 0,
  workflowVersion: 1,
};
const RESULTS = [
  { ...RESULT, id: 'a', subject: { id: 'ada' } },
  { ...RESULT, id: 'b', subject: { id: 'bob' }, 'subject@odata.context': 'x' },
];

describe('checkRun on data as Graph shows it', () => {
  it('accepts the sample of the documentation, where a user starts before its run', () => {
    expect(checkRun(EXAMPLE, RESULTS)).toEqual([]);
    expect(checkRun(EXAMPLE, { value: RESULTS })).toEqual([]);
  });

  it('names I9 for the same sample when it tolerates nothing', () => {
    const violations = checkRun(EXAMPLE, RESULTS, { toleranceMs: 0 });
    expect(rulesOf(violations)).toEqual(['I9']);
    expect(violations[0]?.rows).toEqual([EXAMPLE, RESULTS[0]]);
  });

  it('needs no subject, and takes the spelling of the property table', () => {
    const { totalTasksCount, ...run } = EXAMPLE;
    const results = RESULTS.map(({ subject: _, id: __, ...rest }) => rest);
    expect(checkRun({ ...run, totalTasksCounts: totalTasksCount }, results)).toEqual([]);
    expect(checkRun(run, results)).toEqual([]);
  });

  it('takes a date of the year 1 for none', () => {
    const run = { ...EXAMPLE, completedDateTime: '0001-01-01T00:00:00Z' };
    expect(rulesOf(checkRun(run, RESULTS))).toEqual(['I7']);
  });

  it('takes unknownFutureValue for a status that newer clients know', () => {
    const waiting = {
      ...RESULT,
      startedDateTime: null,
      completedDateTime: null,
      totalUnprocessedTasksCount: 2,
    };
    const counters = { successfulUsersCount: 0, totalUnprocessedTasksCount: 4, completedDateTime: null };
    const masked = (rows: readonly object[]) =>
      rows.map((row) => ({ ...row, processingStatus: 'unknownFutureValue' }));
    const quarantined = {
      ...EXAMPLE,
      ...counters,
      startedDateTime: null,
      processingStatus: 'unknownFutureValue',
    };
    expect(checkRun(quarantined, masked([waiting, waiting]))).toEqual([]);
    const canceling = { ...EXAMPLE, ...counters, processingStatus: 'unknownFutureValue' };
    const draining = { ...waiting, processingStatus: 'canceling', startedDateTime: RESULT.startedDateTime };
    const canceled = {
      ...waiting,
      processingStatus: 'canceled',
      completedDateTime: RESULT.completedDateTime,
    };
    expect(checkRun(canceling, [draining, canceled])).toEqual([]);
  });

  it('compares no sums when only a page of the results is there', () => {
    expect(rulesOf(checkRun(EXAMPLE, RESULTS.slice(1)))).toEqual(['I2', 'I3', 'I8a']);
    expect(checkRun(EXAMPLE, RESULTS.slice(1), { results: 'some' })).toEqual([]);
    const wrong = { ...RESULT, totalUnprocessedTasksCount: 1 };
    expect(rulesOf(checkRun(EXAMPLE, [wrong], { results: 'some' }))).toEqual(['I5']);
  });

  it('reads strictFailed either way unless it is given', () => {
    const run = createRun({ users: 1, continueOnError: [false, false] });
    for (const kind of ['startUser', 'taskSucceeds', 'taskFails'] as const) apply(run, { kind, user: 0 });
    const { run: failed, results } = graphOf(run);
    expect(checkRun(failed, results)).toEqual([]);
    expect(rulesOf(checkRun(failed, results, { strictFailed: true }))).toEqual(['6.4']);
    const withErrors = { ...failed, processingStatus: 'completedWithErrors' };
    expect(checkRun(withErrors, results)).toEqual([]);
    expect(rulesOf(checkRun(withErrors, results, { strictFailed: false }))).toEqual(['6.4']);
  });

  it('checks task results that are expanded, whatever their order', () => {
    const task = (processingStatus: string, at: string | null) => ({
      processingStatus,
      startedDateTime: at,
      completedDateTime: at,
    });
    const tasks = [task('completed', '2022-08-24T23:28:06Z'), task('completed', '2022-08-24T23:28:05Z')];
    const [ada, bob] = RESULTS;
    expect(checkRun(EXAMPLE, [{ ...ada, taskProcessingResults: tasks }, bob as object])).toEqual([]);
    const failed = [task('completed', '2022-08-24T23:28:05Z'), task('failed', '2022-08-24T23:28:06Z')];
    const violations = checkRun(EXAMPLE, [{ ...ada, taskProcessingResults: failed }, bob as object]);
    expect(rulesOf(violations)).toEqual(['I2']);
    const odd = checkRun(EXAMPLE, [{ ...ada, taskProcessingResults: [{}, null] }, bob as object]);
    expect(rulesOf(odd)).toContain('shape');
  });
});

describe('checkRun on the resources of a ledger', () => {
  it('accepts a canceled external run of which some users were never reported', async () => {
    const ledger = await createLedger();
    const workflow = await ledger.workflows.createFromTemplate('Offboard an employee');
    const run = await ledger.runs.create(workflow.id, {
      workflowExecutionType: 'onDemand',
      scheduledDateTime: '2020-01-01T00:00:00Z',
      totalUsersCount: 3,
      totalTasksCount: 9,
    });
    await ledger.userProcessingResults.create(run.id, {
      processingStatus: 'completed',
      totalTasksCount: 3,
      failedTasksCount: 0,
      totalUnprocessedTasksCount: 0,
    });
    const canceled = await ledger.runs.cancel(run.id);
    expect(canceled.processingStatus).toBe('canceled');
    const results = await ledger.userProcessingResults.list(run.id);
    expect(checkRun(canceled, results)).toEqual([]);
    await ledger.close();
  });
});

describe('checkRun names what is broken', () => {
  /** Every kind of user, and every status of a run, is in one of these. */
  const sequences: readonly (readonly ModelEvent[])[] = [
    [],
    [
      { kind: 'startUser', user: 0 },
      { kind: 'taskSucceeds', user: 0 },
    ],
    [0, 1].flatMap((user): ModelEvent[] => [
      { kind: 'startUser', user },
      { kind: 'taskSucceeds', user },
      { kind: 'taskSucceeds', user },
    ]),
    [
      { kind: 'startUser', user: 0 },
      { kind: 'startUser', user: 1 },
      { kind: 'taskFails', user: 1 },
      { kind: 'taskSucceeds', user: 0 },
      { kind: 'taskSucceeds', user: 0 },
    ],
  ];
  const wholes = sequences.map((events) => {
    const run = createRun({ users: 2, continueOnError: [false, false] });
    for (const event of events) apply(run, event);
    return graphOf(run);
  });

  it('and nothing in what is not', () => {
    for (const { run, results } of wholes) expect(checkRun(run, results)).toEqual([]);
  });

  it.each(BREAKAGES)('$rule for $what, with rows that show it', (breakage) => {
    const { rule } = breakage;
    const fitting = wholes.filter((whole) => breakage.applies(whole));
    expect(fitting.length).toBeGreaterThan(0);
    for (const whole of fitting) {
      const { run, results } = breakage.apply(whole);
      const violations = checkRun(run, results).filter((one) => one.rule === rule);
      expect(violations.length).toBeGreaterThan(0);
      for (const { rows } of violations) expect(rows.length).toBeGreaterThan(0);
      expect(formatViolations(violations)).toContain(`${rule}: `);
    }
  });
});
