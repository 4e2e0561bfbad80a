/** What an export may look like, what is found in it, and what is no export. */
import { describe, expect, it } from 'vitest';
import * as schema from '../../../../src/graph/schema/entity-types.ts';
import { KNOWN_MEMBERS } from '../../../../src/testing/verify/export-kinds.ts';
import { RULE_FACTS, verifyGraphExport } from '../../../../src/testing.ts';

const CONTEXT =
  "https://graph.microsoft.com/beta/$metadata#identityGovernance/lifecycleWorkflows/workflows('w-1')";
const AT = '2026-03-02T08:00';

/** A run of two people with two tasks each, one of whom failed at the first. */
const RUN = {
  id: 'run-1',
  processingStatus: 'completedWithErrors',
  workflowExecutionType: 'scheduled',
  scheduledDateTime: `${AT}:00Z`,
  startedDateTime: `${AT}:04.5688863Z`,
  completedDateTime: `${AT}:11.1348863Z`,
  lastUpdatedDateTime: '2026-03-02T08:05:11Z',
  totalUsersCount: 2,
  successfulUsersCount: 1,
  failedUsersCount: 1,
  totalTasksCount: 4,
  failedTasksCount: 1,
  totalUnprocessedTasksCount: 1,
  activatedOnScope: null,
};
const user = (
  id: string,
  processingStatus: string,
  counts: readonly [failed: number, unprocessed: number],
) => ({
  id: `result-${id}`,
  subject: { id },
  processingStatus,
  workflowExecutionType: 'scheduled',
  workflowVersion: 3,
  scheduledDateTime: RUN.scheduledDateTime,
  startedDateTime: `${AT}:04.49Z`,
  completedDateTime: RUN.completedDateTime,
  totalTasksCount: 2,
  failedTasksCount: counts[0],
  totalUnprocessedTasksCount: counts[1],
});
const USERS = [user('ada', 'completed', [0, 0]), user('bob', 'failed', [1, 1])];
const task = (subject: string, executionSequence: number, processingStatus: string) => ({
  id: `task-${subject}-${executionSequence}`,
  createdDateTime: RUN.scheduledDateTime,
  startedDateTime: processingStatus === 'canceled' ? null : `${AT}:05Z`,
  completedDateTime: `${AT}:06Z`,
  processingStatus,
  failureReason: null,
  subject: { id: subject },
  task: { id: `t-${executionSequence}`, executionSequence, continueOnError: false, isEnabled: true },
});
const TASKS = [
  task('ada', 2, 'completed'),
  task('ada', 1, 'completed'),
  task('bob', 1, 'failed'),
  task('bob', 2, 'canceled'),
];
const report = (
  sequence: number,
  counts: readonly [ok: number, failed: number, rest: number],
  status: string,
) => ({
  id: `report-${sequence}`,
  runId: RUN.id,
  processingStatus: status,
  startedDateTime: RUN.startedDateTime,
  completedDateTime: RUN.completedDateTime,
  lastUpdatedDateTime: RUN.lastUpdatedDateTime,
  totalUsersCount: 2,
  successfulUsersCount: counts[0],
  failedUsersCount: counts[1],
  unprocessedUsersCount: counts[2],
});
const REPORTS = [report(1, [1, 1, 0], 'completedWithErrors'), report(2, [1, 0, 1], 'completedWithErrors')];

const page = (path: string, value: readonly object[], more: object = {}) => ({
  '@odata.context': `${CONTEXT}${path}`,
  ...more,
  value,
});
const RUNS_PAGE = page('/runs', [RUN]);
const USERS_PAGE = page("/runs('run-1')/userProcessingResults", USERS);
const TASKS_PAGE = page("/runs('run-1')/taskProcessingResults", TASKS);
const REPORTS_PAGE = page('/taskReports', REPORTS);
const named = (...bodies: readonly unknown[]) => bodies.map((body, at) => ({ name: `${at + 1}.json`, body }));
const verify = (...bodies: readonly unknown[]) => verifyGraphExport(named(...bodies));
const reasons = (report: Awaited<ReturnType<typeof verify>>) =>
  report.unchecked.map(({ reason, count }) => [reason, count]);

describe('an export', () => {
  it('is checked as the pages of its lists, as one file of them, or as lists by their names', async () => {
    const pages = [RUNS_PAGE, USERS_PAGE, TASKS_PAGE, REPORTS_PAGE];
    const bundle = {
      runs: [RUN],
      userProcessingResults: USERS,
      taskProcessingResults: TASKS,
      taskReports: REPORTS,
    };
    const nested = {
      ...RUN,
      userProcessingResults: USERS,
      taskProcessingResults: TASKS,
      taskReports: REPORTS,
    };
    const batch = { responses: pages.map((body, at) => ({ id: String(at), status: 200, body })) };
    for (const bodies of [pages, pages.toReversed(), [pages], [bundle], [[nested]], [batch]]) {
      const { findings, unchecked, checked, moments } = await verify(...bodies);
      expect({ findings, unchecked, moments }).toEqual({ findings: [], unchecked: [], moments: 1 });
      expect(checked).toEqual({
        runs: 1,
        userResults: 2,
        taskResults: 4,
        taskReports: 2,
        summaries: 0,
        changes: 0,
      });
    }
  });

  it('may be of the first publication, have unknown members, and be of a version to come', async () => {
    const { totalTasksCount: _, activatedOnScope: __, ...first } = RUN;
    const { findings, ignored } = await verify(
      page('/runs', [{ ...first, dayOfWeek: 'monday' }]),
      USERS_PAGE,
    );
    expect(findings).toEqual([]);
    expect(ignored).toEqual({ rows: 0, members: [{ name: 'dayOfWeek', count: 1 }] });
  });

  it('knows the members that tenure serves', () => {
    const members = ({ properties, navigation }: typeof schema.RUN) =>
      Object.keys({ ...properties, ...navigation });
    expect(KNOWN_MEMBERS.run).toEqual(expect.arrayContaining(members(schema.RUN)));
    expect(KNOWN_MEMBERS.userResult).toEqual(expect.arrayContaining(members(schema.USER_RESULT)));
    expect(KNOWN_MEMBERS.userResult).toEqual(expect.arrayContaining(members(schema.SUBJECT_RESULT)));
    expect(KNOWN_MEMBERS.taskResult).toEqual(expect.arrayContaining(members(schema.TASK_RESULT)));
    expect(KNOWN_MEMBERS.taskReport).toEqual(expect.arrayContaining(members(schema.TASK_REPORT)));
  });

  it('counts what could not be checked', async () => {
    expect(reasons(await verify(RUNS_PAGE))).toEqual([['runUsers', 1]]);
    expect(reasons(await verify(USERS_PAGE))).toEqual([
      ['userTasks', 2],
      ['userRun', 2],
    ]);
    expect(reasons(await verify(TASKS_PAGE))).toEqual([['taskUser', 4]]);
    expect(reasons(await verify(REPORTS_PAGE))).toEqual([['reportRun', 2]]);
    const first = page("/runs('run-1')/userProcessingResults", USERS.slice(0, 1), {
      '@odata.nextLink': 'https://x',
    });
    expect(reasons(await verify(RUNS_PAGE, first, TASKS_PAGE))).toEqual([
      ['taskUser', 2],
      ['someUsers', 1],
    ]);
    const selected = page('/runs', [RUN, { id: 'run-2', processingStatus: 'queued' }]);
    expect(reasons(await verify(selected, USERS_PAGE, TASKS_PAGE))).toEqual([['members', 1]]);
    const other = await verify([
      RUNS_PAGE,
      USERS_PAGE,
      TASKS_PAGE,
      { value: [{ id: 'w-1', displayName: 'Onboard' }] },
    ]);
    expect(other.ignored.rows).toBe(1);
  });

  it('is read at several moments when a row comes again, and says how sure it is', async () => {
    const running = {
      ...RUN,
      processingStatus: 'inProgress',
      completedDateTime: null,
      successfulUsersCount: 0,
    };
    const earlier = { ...running, lastUpdatedDateTime: `${AT}:08Z`, totalUnprocessedTasksCount: 2 };
    const { moments, checked, findings } = await verify(page('/runs', [earlier]), RUNS_PAGE);
    expect([moments, checked.runs, checked.changes, findings]).toEqual([2, 1, 1, []]);
    const back = await verify(RUNS_PAGE, page('/runs', [earlier]));
    expect(back.findings.map(({ rule, sureness }) => [rule, sureness])).toEqual(
      expect.arrayContaining([
        ['edges', 'possible'],
        ['I12', 'possible'],
      ]),
    );
  });

  it('names for a finding the rule, who states it, the rows and the documents', async () => {
    const { findings } = await verify(
      RUNS_PAGE,
      USERS_PAGE,
      TASKS_PAGE,
      page('/taskReports', [{ ...REPORTS[0], unprocessedUsersCount: 1 }, REPORTS[1] as object]),
    );
    expect(findings).toEqual([
      {
        rule: '1.6',
        basis: 'documented',
        page: 'taskReport resource type',
        sureness: 'certain',
        message: 'the report counts 1 successful, 1 failed and 1 unprocessed users of 2',
        run: 'run-1',
        documents: ['1.json'],
        rows: [{ ...REPORTS[0], unprocessedUsersCount: 1 }],
      },
    ]);
  });

  it('has sums that are less sure where rows are missing, or were read while the run was in progress', async () => {
    const few = await verify(RUNS_PAGE, page("/runs('run-1')/userProcessingResults", USERS.slice(1)));
    expect(new Set(few.findings.map(({ sureness }) => sureness))).toEqual(new Set(['possible']));
    const running = { ...RUN, processingStatus: 'inProgress', completedDateTime: null, failedTasksCount: 0 };
    const users = [
      USERS[1],
      {
        ...USERS[0],
        processingStatus: 'queued',
        startedDateTime: null,
        completedDateTime: null,
        totalUnprocessedTasksCount: 2,
      },
    ];
    const open = await verify(
      page('/runs', [running]),
      page("/runs('run-1')/userProcessingResults", users as object[]),
    );
    expect(open.findings.filter(({ rule }) => rule === 'I2').map(({ sureness }) => sureness)).toContain(
      'likely',
    );
  });

  it('has a summary that is compared with the runs of its window', async () => {
    const url = `https://graph.microsoft.com/v1.0/identityGovernance/lifecycleWorkflows/workflows/w-1/runs/summary(startDateTime=2026-03-01T00:00:00Z,endDateTime=2026-03-31T00:00:00Z)`;
    const body = {
      totalRuns: 1,
      successfulRuns: 0,
      failedRuns: 1,
      totalTasks: 4,
      failedTasks: 1,
      totalUsers: 2,
    };
    const all = [RUNS_PAGE, USERS_PAGE, TASKS_PAGE];
    expect(await verify([...all, { url, body }])).toMatchObject({ findings: [], unchecked: [] });
    const wrong = await verify([...all, { url, body: { ...body, totalUsers: 3 } }]);
    expect(wrong.findings).toMatchObject([
      { rule: '6.7', basis: 'decided', message: 'totalUsers is 3, by the 1 run of the window it is 2' },
    ]);
    expect(reasons(await verify([...all, body]))).toEqual([['summaryWindow', 1]]);
    const impossible = await verify([...all, { ...body, failedRuns: 2 }]);
    expect(impossible.findings).toMatchObject([{ rule: '6.7' }]);
  });

  it('has a user summary, of a run or of a workflow, that is compared with the users of its window', async () => {
    const root = 'https://graph.microsoft.com/v1.0/identityGovernance/lifecycleWorkflows/workflows/w-1';
    const summary = (of: string, from: string) =>
      `${root}/${of}/summary(startDateTime=${from},endDateTime=2026-03-31T00:00:00Z)`;
    const march = summary('userProcessingResults', '2026-03-01T00:00:00Z');
    const body = { totalUsers: 2, successfulUsers: 1, failedUsers: 1, totalTasks: 4, failedTasks: 1 };
    const none = { totalUsers: 0, successfulUsers: 0, failedUsers: 0, totalTasks: 0, failedTasks: 0 };
    const all = [RUNS_PAGE, USERS_PAGE, TASKS_PAGE];
    for (const right of [
      { url: march, body },
      { url: summary("runs('run-1')/userProcessingResults", '2026-03-01T00:00:00Z'), body },
      // Both began a little before the start of their run.
      { url: summary('userProcessingResults', `${AT}:04.5Z`), body: none },
    ])
      expect(await verify([...all, right])).toMatchObject({ findings: [], unchecked: [] });
    const wrong = await verify([...all, { url: march, body: { ...body, failedUsers: 0 } }]);
    expect(wrong.findings).toMatchObject([
      {
        rule: '6.7',
        sureness: 'certain',
        message: 'failedUsers is 0, by the 2 user results of the window it is 1',
      },
    ]);
    // Without the list of its users, or with a status that is hidden, it is not compared.
    const few = await verify([RUNS_PAGE, { url: march, body: { ...body, failedUsers: 0 } }]);
    expect([few.findings, reasons(few).at(-1)]).toEqual([[], ['summaryWindow', 1]]);
  });

  it('has runs that did others again, in no cycle', async () => {
    const again = (id: string, ...others: readonly string[]) => ({
      ...RUN,
      id,
      reprocessedRuns: others.map((other) => ({ ...RUN, id: other })),
    });
    const chain = await verify(page('/runs', [again('a', 'b', 'c'), again('b', 'c'), again('c')]));
    expect(chain.findings).toEqual([]);
    const cycle = await verify(page('/runs', [again('a', 'b'), again('b', 'c'), again('c', 'b')]));
    expect(cycle.findings).toMatchObject([
      {
        rule: 'I13',
        sureness: 'certain',
        run: 'b',
        message: 'reprocessedRuns leads back to its beginning: "b" → "c" → "b"',
      },
    ]);
    const lists = await verify(
      page("/runs('a')/reprocessedRuns", [{ ...RUN, id: 'b' }]),
      page("/runs('b')/reprocessedRuns", [{ ...RUN, id: 'a' }]),
    );
    expect(lists.findings).toMatchObject([
      { rule: 'I13', message: expect.stringMatching(/"a" → "b" → "a"$/) },
    ]);
    const long = Array.from({ length: 20_000 }, (_, no) => again(`r${no}`, `r${(no + 1) % 20_000}`));
    expect((await verify(page('/runs', long))).findings).toHaveLength(1);
  });

  it('has no end of findings, and no end of names, in what is kept of it', async () => {
    const rows = Array.from({ length: 700 }, (_, at) => ({
      ...USERS[0],
      id: `r-${at}`,
      subject: { id: `s-${at}` },
      failedTasksCount: -1,
      [`new${at}`]: 1,
    }));
    const { findings, omittedFindingsCount, ignored } = await verify(page('/userProcessingResults', rows));
    expect([findings.length, omittedFindingsCount > 0, ignored.members.length]).toEqual([500, true, 51]);
    await expect(verifyGraphExport(named(USERS_PAGE), { rowsMax: 1 })).rejects.toThrow(
      'Expected an export of at most 1 rows, got more in 1.json: verify one workflow at a time',
    );
  });
});

describe('what is no export', () => {
  const begin = 'Expected 1.json to have runs, results or reports of lifecycle workflows, got ';
  const end = ': save an answer of …/lifecycleWorkflows/workflows/{id}/runs';

  it.each([
    [null, '`null`'],
    ['text', '`"text"`'],
    [[], 'an empty one'],
    [{}, 'an empty one'],
    [{ value: [] }, 'an empty one'],
    [{ value: [7] }, 'a list with `7`'],
    [{ value: [{ id: 'ada', displayName: 'Ada' }] }, 'another resource, with id, displayName'],
    [
      { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#users/$entity', id: 'a' },
      'another resource, `"https://graph.microsoft.com/v1.0/$metadata#users/$entity"`',
    ],
    [
      { error: { code: 'Forbidden', message: 'No \u001b[31m access' } },
      'the error `"Forbidden"` of Graph: No \\u001b[31m access',
    ],
    [[[[[[[]]]]]], 'lists in lists'],
  ])('is refused with the name of the document: %j', async (body, got) => {
    await expect(verify(body)).rejects.toThrow(`${begin}${got}${end}`);
  });

  it('is a source that gives no documents', async () => {
    await expect(verifyGraphExport([])).rejects.toThrow('Expected the export to have runs');
    await expect(verifyGraphExport(7 as never)).rejects.toThrow(
      'Expected source to be an iterable of documents',
    );
  });
});

it('every rule is stated in a sentence, and is either documented on a page or decided', () => {
  for (const [name, { states, basis, page: title }] of Object.entries(RULE_FACTS)) {
    expect(`${name}: ${states}`).toMatch(/^[\w.]+: .+\.$/);
    if (basis === 'documented') expect(title).not.toBeNull();
  }
});
