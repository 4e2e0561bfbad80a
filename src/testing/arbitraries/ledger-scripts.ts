import fc from 'fast-check';
import { readOptions } from '../../input/options.ts';
import { USER_STATUSES, type UserStatus } from '../../model/status.ts';
import type { LedgerOperation } from '../ledger-operations.ts';
import { userCounters } from './counters.ts';
import { SCRIPT } from './options.ts';

/** Bounds of a script. */
export interface ScriptOptions {
  /** Tasks of every user. Default 2. */
  readonly tasks?: number;
  /** Users of a run, at most. Default 3. */
  readonly usersMax?: number;
  /** Operations, at most. Default 30. */
  readonly operationsMax?: number;
}

type Reportable = Exclude<UserStatus, 'quarantined'>;
const REPORTABLE = USER_STATUSES.filter((status): status is Reportable => status !== 'quarantined');

/** One operation on a record of external runs; mostly one that is accepted. */
export function ledgerOperation(options?: ScriptOptions): fc.Arbitrary<LedgerOperation> {
  const { tasks, usersMax } = readOptions(options, 'ledgerOperation', SCRIPT);
  const number = fc.nat({ max: 3 });
  const createRun = fc.record({
    kind: fc.constant('createRun' as const),
    users: fc.integer({ min: 1, max: usersMax }),
  });
  const anyResult = fc.record({
    status: fc.constantFrom(...REPORTABLE),
    failed: fc.nat({ max: tasks }),
    unprocessed: fc.nat({ max: tasks }),
  });
  const fitting = userCounters({ tasksMax: tasks }).map(({ processingStatus, ...counts }) => {
    const status = processingStatus === 'quarantined' ? 'canceled' : processingStatus;
    // All users have the same tasks: what is generated for fewer is padded with what the status allows.
    const isOpenEnded = status !== 'completed' && status !== 'completedWithErrors';
    const more = isOpenEnded ? tasks - counts.totalTasksCount : 0;
    return { status, failed: counts.failedTasksCount, unprocessed: counts.totalUnprocessedTasksCount + more };
  });
  const report = fc
    .tuple(
      number,
      fc.nat({ max: usersMax }),
      fc.oneof({ weight: 5, arbitrary: fitting }, { weight: 1, arbitrary: anyResult }),
    )
    .map(([run, subject, result]) => ({ kind: 'report' as const, run, subject, ...result }));
  const recordTask = fc.record({
    kind: fc.constant('recordTask' as const),
    run: number,
    user: number,
    status: fc.constantFrom('completed' as const, 'failed' as const),
  });
  const end = fc.record({ kind: fc.constantFrom('cancelRun' as const, 'deleteRun' as const), run: number });
  return fc.oneof(
    { weight: 2, arbitrary: createRun },
    { weight: 6, arbitrary: report },
    { weight: 6, arbitrary: recordTask },
    { weight: 1, arbitrary: end },
  );
}

/** A whole script: a run is created, and then anything happens. */
export function ledgerScript(options?: ScriptOptions): fc.Arbitrary<readonly LedgerOperation[]> {
  const bounds = readOptions(options, 'ledgerScript', SCRIPT);
  const { usersMax, operationsMax } = bounds;
  return fc
    .tuple(
      fc.integer({ min: 1, max: usersMax }),
      fc.array(ledgerOperation(bounds), { maxLength: operationsMax - 1 }),
    )
    .map(([users, rest]) => [{ kind: 'createRun', users }, ...rest]);
}
