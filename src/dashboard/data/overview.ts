/** The first page: what runs, what failed, what is held, and what comes next. */
import { filter } from '../../filter/builder.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Run } from '../../model/resources/resources.ts';
import { DAY_MS, SECOND_MS } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { DaySums, Overview, WorkflowBrief } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

const DAYS = 30;
/** Runs of the days that are looked at, newest first: some 50 ms of work. */
const RUNS_MAX = 20_000;
const ACTIVE_MAX = 50;
const FAILED_MAX = 20;
/** Failed runs of which it is asked whether they were reprocessed. */
const FAILED_LOOKED_MAX = 200;
const NEXT_MAX = 10;
/** Several browsers that look at the same time make it once. */
const FRESH_MS = 2 * SECOND_MS;

/** Everything that the overview shows. Counts over the last days are at most two seconds old. */
export function overviewRoute({ engine, clock }: DataDeps): DataRoute {
  let made: { readonly atMs: number; readonly overview: Promise<Overview> } | null = null;
  return {
    path: 'overview',
    needs: NEEDED.reports,
    params: [],
    answer: async () => {
      const nowMs = clock.now();
      if (made === null || nowMs - made.atMs >= FRESH_MS || nowMs < made.atMs) {
        made = { atMs: nowMs, overview: readOverview({ engine, clock }, nowMs) };
        made.overview.catch(() => {
          made = null;
        });
      }
      return made.overview;
    },
  };
}

/** A workflow, as lists show it. */
export function briefOf(workflow: Workflow): WorkflowBrief {
  const { id, displayName, category, version, isEnabled, isSchedulingEnabled } = workflow;
  const { nextScheduleRunDateTime, quarantineDetails } = workflow;
  return {
    id,
    displayName,
    category,
    version,
    isEnabled,
    isSchedulingEnabled,
    hasTrigger: 'trigger' in workflow.executionConditions,
    nextScheduleRunDateTime,
    runsPausedDateTime: workflow.runsPausedDateTime ?? null,
    quarantineDetails,
  };
}

async function readOverview(
  { engine, clock }: Pick<DataDeps, 'engine' | 'clock'>,
  nowMs: number,
): Promise<Overview> {
  const unfinished = filter.in('processingStatus', ['queued', 'inProgress', 'canceling']);
  const active = await engine.runs.list({ filter: unfinished, top: ACTIVE_MAX });
  const { days, failed, isCut } = await lately({ engine, clock }, nowMs);
  const open = await notReprocessed(engine, failed);
  const workflows = (await engine.workflows.list()).map(briefOf);
  const next = workflows
    .filter(({ nextScheduleRunDateTime: at }) => at !== null)
    .sort((a, b) => String(a.nextScheduleRunDateTime).localeCompare(String(b.nextScheduleRunDateTime)));
  return {
    now: new Date(nowMs).toISOString(),
    active: active.value,
    failed: open.slice(0, FAILED_MAX),
    failedCount: open.length,
    quarantined: workflows.filter(
      ({ quarantineDetails }) => quarantineDetails.quarantineType !== 'notQuarantined',
    ),
    paused: workflows.filter(({ runsPausedDateTime }) => runsPausedDateTime !== null),
    next: next.slice(0, NEXT_MAX),
    workflowsCount: workflows.length,
    days,
    isCut,
  };
}

interface Lately {
  readonly days: readonly DaySums[];
  /** Final runs with failures, newest first. */
  readonly failed: readonly Run[];
  readonly isCut: boolean;
}

async function lately({ engine, clock }: Pick<DataDeps, 'engine' | 'clock'>, nowMs: number): Promise<Lately> {
  const firstMs = Math.floor(nowMs / DAY_MS) * DAY_MS - (DAYS - 1) * DAY_MS;
  const sums = new Map<string, { -readonly [Field in keyof DaySums]: DaySums[Field] }>();
  for (let at = 0; at < DAYS; at++) {
    const day = new Date(firstMs + at * DAY_MS).toISOString().slice(0, 10);
    sums.set(day, { day, runs: 0, successfulUsers: 0, failedUsers: 0, otherUsers: 0 });
  }
  const failed: Run[] = [];
  let looked = 0;
  let after: string | null = null;
  do {
    const page: { readonly value: readonly Run[]; readonly nextToken: string | null } =
      await engine.runs.list({
        filter: filter.ge('scheduledDateTime', new Date(firstMs)),
        top: LIMITS.pageSizeMax,
        ...(after === null ? {} : { after }),
      });
    for (const run of page.value) {
      const { totalUsersCount: total, successfulUsersCount, failedUsersCount } = run;
      const sum = sums.get(run.scheduledDateTime.slice(0, 10));
      if (sum) {
        sum.runs += 1;
        sum.successfulUsers += successfulUsersCount;
        sum.failedUsers += failedUsersCount;
        sum.otherUsers += total - successfulUsersCount - failedUsersCount;
      }
      if (failedUsersCount > 0 && run.completedDateTime !== null) failed.push(run);
    }
    looked += page.value.length;
    after = page.nextToken;
    await clock.yield();
  } while (after !== null && looked < RUNS_MAX);
  return { days: [...sums.values()], failed, isCut: after !== null };
}

/** Those that no other run has taken up again. */
async function notReprocessed({ runs }: DataDeps['engine'], failed: readonly Run[]): Promise<readonly Run[]> {
  const open: Run[] = [];
  for (const run of failed.slice(0, FAILED_LOOKED_MAX)) {
    const again = await runs.reprocessedRuns(run.id);
    if (again.every(({ processingStatus }) => processingStatus === 'canceled')) open.push(run);
  }
  return open;
}
