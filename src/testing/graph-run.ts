/** Graph-shaped JSON of a run that the model has lived through, and ways to break it. */
import { readFlag, readWhole } from '../input/fields.ts';
import { readOptions, type ShapeOf, withDefault } from '../input/options.ts';
import type { Place } from '../input/refuse.ts';
import { DAY_MS } from '../model/time.ts';
import { isTerminal } from './model/edges.ts';
import { type ModelRun, snapshotOf } from './model/reference-model.ts';

/** JSON of a run: what is always there, and whatever else Graph sends. */
export interface GraphRun {
  readonly id: string;
  readonly processingStatus: string;
  readonly scheduledDateTime: string;
  readonly startedDateTime: string | null;
  readonly completedDateTime: string | null;
  readonly lastUpdatedDateTime: string | null;
  readonly totalUsersCount: number;
  readonly successfulUsersCount: number;
  readonly failedUsersCount: number;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  readonly workflowExecutionType: string;
  readonly [field: string]: unknown;
}

/** JSON of a user processing result. `subject` may be missing. */
export interface GraphResult {
  readonly id: string;
  readonly processingStatus: string;
  readonly scheduledDateTime: string;
  readonly startedDateTime: string | null;
  readonly completedDateTime: string | null;
  readonly totalTasksCount: number;
  readonly failedTasksCount: number;
  readonly totalUnprocessedTasksCount: number;
  readonly workflowExecutionType: string;
  readonly workflowVersion: number;
  readonly [field: string]: unknown;
}

/** A run with all of its results. */
export interface GraphRunWithResults {
  readonly run: GraphRun;
  readonly results: readonly GraphResult[];
}

const T0_MS = Date.UTC(2026, 0, 5, 9);
const STEP_MS = 1_000;

/** How the JSON of {@link graphOf} differs from tenure's own, as Microsoft's does (domain §2.6). */
export interface GraphQuirks {
  /** Users start this much before their run seems to, ms. */
  readonly earlyMs?: number;
  /** `lastUpdatedDateTime` lies this much later than the last change, ms. */
  readonly lateMs?: number;
  /** Fields that nobody asked for. */
  readonly extraFields?: boolean;
  /** Results say who. */
  readonly subjects?: boolean;
}

const readMs = (place: Place): number => readWhole(place, 0, 365 * DAY_MS);
const QUIRKS = {
  earlyMs: withDefault(readMs, 0),
  lateMs: withDefault(readMs, 0),
  extraFields: withDefault(readFlag, false),
  subjects: withDefault(readFlag, true),
} satisfies ShapeOf<GraphQuirks>;

/** The JSON of a run as the model is now. A step of the model takes a second. */
export function graphOf(model: ModelRun, quirks?: GraphQuirks): GraphRunWithResults {
  const { earlyMs, lateMs, extraFields, subjects } = readOptions(quirks, 'graphOf', QUIRKS);
  const { users, reports: _, continueOnError: __, status, ...run } = snapshotOf(model);
  const iso = (step: number | null, shiftMs = 0) =>
    step === null ? null : new Date(T0_MS + step * STEP_MS + shiftMs).toISOString();
  const scheduledDateTime = iso(0, -earlyMs) ?? '';
  const workflowExecutionType = 'onDemand';
  const results = users.map(
    (user, index): GraphResult => ({
      id: `result-${index + 1}`,
      processingStatus: user.status,
      scheduledDateTime,
      startedDateTime: iso(user.startedAt, -earlyMs),
      completedDateTime: iso(user.completedAt),
      totalTasksCount: user.totalTasksCount,
      failedTasksCount: user.failedTasksCount,
      totalUnprocessedTasksCount: user.totalUnprocessedTasksCount,
      workflowExecutionType,
      workflowVersion: 1,
      ...(subjects ? { subject: { id: `subject-${index + 1}` } } : {}),
      ...(extraFields ? { '@odata.etag': 'W/"1"', newInNextYear: [1] } : {}),
    }),
  );
  const { scheduledAt: _s, startedAt, completedAt, lastUpdatedAt, ...counters } = run;
  return {
    run: {
      id: 'run-1',
      processingStatus: status,
      scheduledDateTime,
      startedDateTime: iso(startedAt),
      completedDateTime: iso(completedAt),
      lastUpdatedDateTime: iso(lastUpdatedAt, lateMs),
      ...counters,
      workflowExecutionType,
      ...(extraFields
        ? { '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#x', activatedOnScope: null }
        : {}),
    },
    results,
  };
}

/** One way to break a run: the rule that then does not hold, what is done, and when it can be done. */
export interface Breakage {
  readonly rule: string;
  readonly what: string;
  readonly applies: (whole: GraphRunWithResults) => boolean;
  readonly apply: (whole: GraphRunWithResults) => GraphRunWithResults;
}

const onRun =
  (change: (run: GraphRun) => Partial<GraphRun>): Breakage['apply'] =>
  ({ run, results }) => ({ run: { ...run, ...change(run) }, results });

/** Changes the first result that `which` selects. */
const onResult = (
  which: (result: GraphResult) => boolean,
  change: (result: GraphResult) => Partial<GraphResult>,
): Pick<Breakage, 'applies' | 'apply'> => ({
  applies: ({ results }) => results.some(which),
  apply: ({ run, results }) => {
    const index = results.findIndex(which);
    return { run, results: results.map((one, at) => (at === index ? { ...one, ...change(one) } : one)) };
  },
});

const always = () => true;
const isFinal = ({ processingStatus }: { readonly processingStatus: string }) =>
  isTerminal(processingStatus as Parameters<typeof isTerminal>[0]);
const statusIs = (status: string) => (row: { readonly processingStatus: string }) =>
  row.processingStatus === status;

/** Ways to break a run, each of one rule. Others may be broken with it: a wrong counter is a wrong sum. */
export const BREAKAGES: readonly Breakage[] = [
  {
    rule: 'I1',
    what: 'more failed tasks than tasks',
    applies: always,
    apply: onRun((run) => ({ failedTasksCount: run.totalTasksCount + 1 })),
  },
  { rule: 'I1', what: 'a negative counter', ...onResult(always, () => ({ failedTasksCount: -1 })) },
  {
    rule: 'I2',
    what: 'a successful user too many',
    applies: always,
    apply: onRun((run) => ({ successfulUsersCount: run.successfulUsersCount + 1 })),
  },
  {
    rule: 'I2',
    what: 'a failed user too few',
    applies: ({ run }) => run.failedUsersCount > 0,
    apply: onRun((run) => ({ failedUsersCount: run.failedUsersCount - 1 })),
  },
  {
    rule: 'I2',
    what: 'an unprocessed task too few',
    applies: ({ run }) => run.totalUnprocessedTasksCount > 0,
    apply: onRun((run) => ({ totalUnprocessedTasksCount: run.totalUnprocessedTasksCount - 1 })),
  },
  {
    rule: 'I8a',
    what: 'a lost result',
    applies: ({ run, results }) => results.length > 0 && run.processingStatus !== 'canceled' && isFinal(run),
    apply: ({ run, results }) => ({ run, results: results.slice(1) }),
  },
  {
    rule: 'I3',
    what: 'more users ended than there are',
    applies: always,
    apply: onRun((run) => ({ successfulUsersCount: run.totalUsersCount - run.failedUsersCount + 1 })),
  },
  {
    rule: 'I5',
    what: 'a completed user with an unprocessed task',
    ...onResult(statusIs('completed'), () => ({ totalUnprocessedTasksCount: 1 })),
  },
  {
    rule: 'I5',
    what: 'a failed user without a failed task',
    ...onResult(statusIs('failed'), () => ({ failedTasksCount: 0 })),
  },
  {
    rule: 'I5',
    what: 'a queued user who has begun',
    ...onResult(statusIs('queued'), (one) => ({ startedDateTime: one.scheduledDateTime })),
  },
  {
    rule: 'I5',
    what: 'a user in progress with nothing left to do',
    ...onResult(statusIs('inProgress'), () => ({ totalUnprocessedTasksCount: 0 })),
  },
  {
    rule: 'I6',
    what: 'a completed run with failures',
    applies: ({ run }) => isFinal(run) && run.failedTasksCount > 0,
    apply: onRun(() => ({ processingStatus: 'completed' })),
  },
  {
    rule: '6.4',
    what: 'a completed run that says completedWithErrors',
    applies: ({ run }) => run.processingStatus === 'completed',
    apply: onRun(() => ({ processingStatus: 'completedWithErrors' })),
  },
  {
    rule: 'I7',
    what: 'a final run without an end',
    applies: ({ run }) => isFinal(run),
    apply: onRun(() => ({ completedDateTime: null })),
  },
  {
    rule: 'I7',
    what: 'an end of what is not final',
    ...onResult(
      (one) => !isFinal(one),
      (one) => ({ completedDateTime: one.startedDateTime ?? one.scheduledDateTime }),
    ),
  },
  {
    rule: 'I8',
    what: 'a user in progress who never started',
    ...onResult(statusIs('inProgress'), () => ({ startedDateTime: null })),
  },
  {
    rule: 'I8a',
    what: 'a final run with a user who is not',
    applies: ({ run, results }) => !isFinal(run) && results.some((one) => !isFinal(one)),
    apply: onRun((run) => ({
      processingStatus: 'completedWithErrors',
      completedDateTime: run.lastUpdatedDateTime,
    })),
  },
  {
    rule: 'I8a',
    what: 'a run that goes on when everybody has ended',
    applies: ({ run }) => isFinal(run),
    apply: onRun(() => ({ processingStatus: 'inProgress', completedDateTime: null })),
  },
  {
    rule: 'I9',
    what: 'a user who ends before he starts',
    ...onResult(
      (one) => one.startedDateTime !== null && one.completedDateTime !== null,
      (one) => ({ completedDateTime: '2026-01-01T00:00:00Z', startedDateTime: one.startedDateTime }),
    ),
  },
  {
    rule: 'I10',
    what: 'a user in progress in a queued run',
    applies: ({ results }) => results.some(statusIs('inProgress')),
    apply: onRun(() => ({ processingStatus: 'queued' })),
  },
  {
    rule: 'keys',
    what: 'a result that is listed twice',
    applies: ({ results }) => results.length > 0,
    apply: ({ run, results }) => ({ run, results: [...results, ...results.slice(0, 1)] }),
  },
  {
    rule: 'shape',
    what: 'a counter that is text',
    applies: always,
    apply: onRun(() => ({ failedTasksCount: '0' as never })),
  },
  {
    rule: 'shape',
    what: 'a date that is none',
    applies: always,
    apply: onRun(() => ({ scheduledDateTime: 'yesterday' })),
  },
];
