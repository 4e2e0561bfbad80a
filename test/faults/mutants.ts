/** Ways to break the rules and the ledger. Each changes one place. */

/** One broken version of a file. */
export interface Mutant {
  /** Under `src/`. */
  readonly file: string;
  /** What is broken then. */
  readonly title: string;
  /** Text that is in the file exactly once, and what is there instead. */
  readonly from: string;
  readonly to: string;
}

type Row = readonly [title: string, from: string, to: string];

const RULES: Readonly<Record<string, readonly Row[]>> = {
  'rules/status/aggregate.ts': [
    [
      'all users canceled is always canceled',
      "wasCanceling ? 'canceled' : 'completedWithErrors'",
      "'canceled'",
    ],
    ['a cancel that came too late counts', 'if (wasCanceling && canceled > 0)', 'if (wasCanceling)'],
    [
      'completed when no user failed',
      'counters.successfulUsersCount === users',
      'counters.failedUsersCount === 0',
    ],
    ['canceled users keep a run from failing', 'failed + canceled === users', 'failed === users'],
    ['strictFailed is always on', '(strictFailed && completedTasks > 0)', '(completedTasks > 0)'],
    [
      'canceled users have not ended',
      'counters.failedUsersCount + counters.canceledUsersCount',
      'counters.failedUsersCount',
    ],
  ],
  'rules/counters/counters.ts': [
    [
      'a completed task stays unprocessed',
      'taskCompleted: { totalUnprocessedTasksCount: -1 }',
      'taskCompleted: {}',
    ],
    ['a failed task is not counted', '-1, failedTasksCount: +1 }', '-1 }'],
    [
      'a failed task stays unprocessed',
      '{ totalUnprocessedTasksCount: -1, failedTasksCount: +1 }',
      '{ failedTasksCount: +1 }',
    ],
    ['a canceled task is processed', 'taskCanceled: {}', 'taskCanceled: { totalUnprocessedTasksCount: -1 }'],
    ['errors do not fail a user', '{ failedUsersCount: +1, completedWithErrors', '{ completedWithErrors'],
    [
      'a failed user is successful',
      'userFailed: { failedUsersCount: +1 }',
      'userFailed: { successfulUsersCount: +1 }',
    ],
    ['a canceled user is failed', 'userCanceled: { canceledUsersCount', 'userCanceled: { failedUsersCount'],
    ['several moves count as one', 'tally[counter] += delta * times', 'tally[counter] += delta'],
    [
      'a recount forgets failed tasks',
      'tally.failedTasksCount += user.failedTasksCount',
      'tally.failedTasksCount += 0',
    ],
  ],
  'rules/status/user.ts': [
    ['continueOnError does not continue', 'failed && !event.continueOnError', 'failed'],
    ['a failure never blocks', 'failed && !event.continueOnError', 'false'],
    [
      'the last task comes one early',
      'outcomes.length + 1 === user.totalTasksCount',
      'outcomes.length + 2 >= user.totalTasksCount',
    ],
    [
      'a cancel lets users go on',
      "? 'canceled'\n        : 'inProgress'",
      "? 'inProgress'\n        : 'inProgress'",
    ],
    [
      'retries of one task burden the next',
      'outcomes: withOutcome(outcomes, outcome),\n      attempts: null',
      'outcomes: withOutcome(outcomes, outcome),\n      attempts: user.attempts',
    ],
    ['a user starts before its run', 'Math.max(atMs, user.scheduledAtMs, user.createdAtMs)', 'atMs'],
    [
      'a task starts before the one before it ends',
      'Math.max(outcome.startedAtMs ?? since, since)',
      '(outcome.startedAtMs ?? since)',
    ],
    ['a task ends before it starts', 'Math.max(outcome.completedAtMs, startedAtMs)', 'outcome.completedAtMs'],
    ['what is final moves', 'if (isTerminal(user.processingStatus)) return ALREADY_FINAL;', ''],
    [
      'users start while the run is canceling',
      "user.processingStatus === 'queued' && !canceling ? start",
      "user.processingStatus === 'queued' ? start",
    ],
    ['interruptions do not add up', '(user.attempts?.interruptions ?? 0) + interruptions', 'interruptions'],
    ['failures do not add up', '(user.attempts?.failures ?? 0) + failures', 'failures'],
    [
      'a user is canceled before its last task ended',
      'const completedAtMs = Math.max(atMs, runningSinceMs ?? since, since);',
      'const completedAtMs = atMs;',
    ],
    [
      'a task that was written off has no outcome',
      'runningSinceMs === null || user.outcomes === null',
      'true',
    ],
    [
      'a task ends twice',
      "return user.processingStatus === 'inProgress' ? taskEnded",
      'return true ? taskEnded',
    ],
  ],
  'rules/status/run.ts': [
    [
      'a run starts again and again',
      'run.startedAtMs === null && change.startedAtMs !== null;',
      'change.startedAtMs !== null;',
    ],
    [
      'two changes have one moment',
      'Math.max(nowMs, latestMs, run.lastUpdatedAtMs + 1)',
      'Math.max(nowMs, latestMs, run.lastUpdatedAtMs)',
    ],
    [
      'a change is older than what it records',
      'Math.max(nowMs, latestMs, run.lastUpdatedAtMs + 1)',
      'Math.max(nowMs, run.lastUpdatedAtMs + 1)',
    ],
    ['a run is over before it ends', 'isDone ? completedAtMs : run.completedAtMs', 'completedAtMs'],
    [
      'a start undoes a cancel',
      "from === 'queued' && started ? 'inProgress' : from",
      "started ? 'inProgress' : from",
    ],
    ['reports forget failures', "if (outcome.status === 'failed') report.failedUsersCount += 1;", ''],
    [
      'reports count canceled tasks',
      "if (outcome.status === 'completed') report",
      "if (outcome.status !== 'failed') report",
    ],
    [
      'the first start is the last one',
      'Math.min(change.startedAtMs, atMs)',
      'Math.max(change.startedAtMs, atMs)',
    ],
    [
      'a run ends one user early',
      'endedUsers(counters) === counters.totalUsersCount',
      'endedUsers(counters) >= counters.totalUsersCount - 1',
    ],
    [
      'the cancel is forgotten at the end',
      "aggregateStatus(counters, from === 'canceling', options)",
      'aggregateStatus(counters, false, options)',
    ],
  ],
  'rules/invariants/invariants.ts': [
    ['the check does not recount', 'run[counter] === expected[counter],', 'true,'],
    [
      'the check lets users outlive their run',
      "if (isTerminal(run.processingStatus)) expect(isDone, 'I8a'",
      "if (false) expect(isDone, 'I8a'",
    ],
    ['the check lets counters fall', 'after[counter] >= before[counter],', 'true,'],
    ['the check takes any final status', 'allowed.includes(status),', 'true,'],
  ],
  'rules/counters/reports.ts': [
    [
      'a task that no user reached has failed',
      "if (successfulUsersCount + failedUsersCount === 0) return 'canceled';",
      '',
    ],
    [
      'a report with one failure is failed',
      "successfulUsersCount === 0 ? 'failed'",
      "failedUsersCount > 0 ? 'failed'",
    ],
  ],
  'rules/status/task-view.ts': [
    ['the next task is queued', 'nth === user.outcomes.length + 1', 'nth === user.outcomes.length + 2'],
    [
      'tasks of an ended user are queued',
      'if (isTerminal(user.processingStatus)) return withoutOutcome',
      'if (false) return withoutOutcome',
    ],
  ],
  'rules/status/positions.ts': [
    ['some tasks are taken for the first ones', 'positions === undefined ? nth : ', 'true ? nth : '],
  ],
  'rules/status/reprocess.ts': [
    ['a user that was only canceled is rerun', 'if (user.failedTasksCount === 0) return [];', ''],
    ['what failed counts as done', "outcome.status === 'completed' ? positionOf", 'true ? positionOf'],
    ['one task done stands for all of its definition', 'if (left > 0) credit.set(id, left - 1);', ''],
  ],
  'rules/schedule/quarantine.ts': [
    ['as many as are allowed are too many', 'users > allowed(condition', 'users >= allowed(condition'],
    [
      'one condition is enough for all',
      "matchMode === 'any' ? exceeded.length > 0 : exceeded.length === conditions.length",
      'exceeded.length > 0',
    ],
  ],
  'rules/audit.ts': [
    [
      'a workflow that is disabled is logged as enabled',
      "after.isEnabled ? 'Enable workflow' : 'Disable workflow'",
      "'Enable workflow'",
    ],
    [
      'a workflow that is deleted is logged as restored',
      "after.deletedDateTime === null ? 'Restore workflow' : 'Delete workflow'",
      "'Restore workflow'",
    ],
  ],
  'rules/schedule/retry.ts': [['the first wait is a longer one', '(attempt - 2)', '(attempt - 1)']],
};

const LEDGER: Readonly<Record<string, readonly Row[]>> = {
  'ledger/recording/batch.ts': [
    [
      'a cancel of a user is not recorded in its order',
      'const user = activeUser.staged ?? activeUser.user;',
      'const user = activeUser.user;',
    ],
  ],
  'ledger/recording/recorder.ts': [
    [
      'events that a cancel overtook are dropped',
      'queue.events = [...events, ...queue.events];',
      'queue.events = [...queue.events];\n    queue.activeUsers = queue.activeUsers.slice(activeUsers.length);',
    ],
    ['a failed commit is given up', 'failures += 1;', 'return answers;'],
    [
      'each slice of a run announces its end',
      'for (const { known } of others) if (known.run.id === run.id) return known;',
      '',
    ],
  ],
  'ledger/recording/whole-runs.ts': [
    [
      'a driver that lost its claim can write',
      "if (before?.claim !== slice.claim) return { kind: 'lost' };",
      "if (!before) return { kind: 'lost' };",
    ],
    [
      'a commit whose answer was lost is written twice',
      'if (before.seq === slice.seq + 1)',
      'if (before.seq < 0)',
    ],
    [
      'a user starts after the cancel of its run',
      "if ((before.processingStatus === 'canceling') !== slice.canceling) return { kind: 'canceling' };",
      '',
    ],
    ['a commit that arrives late is written', 'before.seq !== slice.seq || ', ''],
    ['counters are not written', 'await tx.putRun(after);', ''],
    ['outcomes are not written', 'await tx.putUsers(users);', ''],
    ['a claim does not fence', 'claim: before.claim + 1,', 'claim: before.claim,'],
    ['a claim does not say that it holds', 'inHand: true,\n  };', 'inHand: before.inHand,\n  };'],
    [
      'a final run gets a driver',
      "|| isTerminal(before.processingStatus)) return 'gone';",
      ") return 'gone';",
    ],
    ['an old claim hands the run back', 'if (run?.claim === claim) await', 'if (run) await'],
  ],
  'ledger/recording/cancel.ts': [
    [
      'a cancel takes users from their driver',
      'keys.filter((key) => !recorder.drives(key))',
      'keys.filter(() => true)',
    ],
    [
      'a cancel leaves users in progress',
      "['queued', 'inProgress'] satisfies UserStatus[]",
      "['queued'] satisfies UserStatus[]",
    ],
    ['a cancel that failed is given up', 'again(CANCEL_RETRY_MS);', ''],
    ['a cancel ends with its first batch', 'after = last.ordinal;', 'after = slice.lastOrdinal;'],
    [
      'a cancel moves users and not their run',
      'addUserMove(change, user, decision.user, decision.moves);',
      '',
    ],
  ],
  'ledger/planning/plan.ts': [
    [
      'a run that was published is removed',
      'if (run && !run.published) await work(tx);',
      'if (run) await work(tx);',
    ],
    [
      'a removal keeps the admissions of its run',
      'await whileUnpublished((tx) => tx.deleteAdmissions(draft.workflowId, draft.id, ids));',
      '',
    ],
    [
      'a removal that was refused is given up',
      'context.clock.setTimer(REMOVE_RETRY_MS, () => void removeEventually(context, draft));',
      '',
    ],
    ['a half-written run is left', 'if (isWritten) await removeEventually(context, draft);', ''],
  ],
  'ledger/planning/plan-steps.ts': [
    [
      'two evaluations admit the same people',
      'dueAtMs === null || !isAdmitted(bySubject.get(subjectId), dueAtMs)',
      'true',
    ],
    [
      'no subject is recorded as admitted',
      'if (admissions.length > 0) await tx.putAdmissions(admissions);',
      '',
    ],
    [
      'a run that is being removed is published',
      'if (run?.claim === draft.claim) return run;',
      'if (run) return run;',
    ],
    ['a slot is not noted as evaluated', '{ ...record, lastSlotAtMs: slotAtMs }', '{ ...record }'],
    [
      'a run is made for a workflow that was disabled',
      '!current.isEnabled || (plan.onlyWhileScheduled',
      'false || (plan.onlyWhileScheduled',
    ],
    [
      'totals forget the batches before the last',
      'users: totals.users + batch.length',
      'users: batch.length',
    ],
  ],
  'ledger/planning/quarantine.ts': [
    ['people in quarantine stay admitted', 'await tx.deleteAdmissions(draft.workflowId, draft.id, ids);', ''],
    [
      'a workflow in quarantine does not say so',
      'if (record) await tx.putWorkflow({',
      'if (record === 1) await tx.putWorkflow({',
    ],
  ],
  'ledger/check.ts': [
    ['the check of a store skips users', 'check.add(user);', 'if (user.no !== 2) check.add(user);'],
  ],
};

/** All mutants. */
export const MUTANTS: readonly Mutant[] = Object.entries({ ...RULES, ...LEDGER }).flatMap(([file, rows]) =>
  rows.map(([title, from, to]) => ({ file, title, from, to })),
);
