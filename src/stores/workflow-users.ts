import { matchesRow } from '../filter/list-filter.ts';
import { addressOf, userResultId } from '../model/ids.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import { RUN_PROPERTIES } from '../model/resources/properties.ts';
import type { Cursor, RunQuery, UserQuery, WorkflowUserPage, WorkflowUserQuery } from '../ports/store.ts';

/** Reads of one committed state, or of one transaction. */
export interface WorkflowUserReads {
  run(id: string): RunRecord | null;
  runs(query: RunQuery): readonly RunRecord[];
  users(query: UserQuery): readonly UserRecord[];
}

/** The same reads of a store that waits for them. */
export type AsyncWorkflowUserReads = {
  readonly [Name in keyof WorkflowUserReads]: (
    ...args: Parameters<WorkflowUserReads[Name]>
  ) => Promise<ReturnType<WorkflowUserReads[Name]>>;
};

/** A read that a page needs, and the answers that it may have. */
type Need = { readonly run: string } | { readonly runs: RunQuery } | { readonly users: UserQuery };
type Answer = RunRecord | null | readonly RunRecord[] | readonly UserRecord[];

/** What is looked at for one page, at most: some ms, in which the host has no turn. */
const RUNS_MAX = 200;
const USERS_MAX = 10_000;
/** Runs that are read at once. */
const RUNS_PER_READ = 20;

const NEWEST_FIRST = { property: 'scheduledDateTime', descending: true } as const;
const BY_ORDINAL = { property: 'id', descending: false } as const;

/**
 * A page of the users of a workflow, for stores that read synchronously: run by run, until it is full or enough has
 * been looked at.
 */
export function pageOfWorkflow(query: WorkflowUserQuery, reads: WorkflowUserReads): WorkflowUserPage {
  const page = readPage(query);
  let step = page.next();
  while (!step.done) step = page.next(answerOf(step.value, reads) as Answer);
  return step.value;
}

/** The same for stores that wait for each read; all of them see one committed state. */
export async function pageOfWorkflowAsync(
  query: WorkflowUserQuery,
  reads: AsyncWorkflowUserReads,
): Promise<WorkflowUserPage> {
  const page = readPage(query);
  let step = page.next();
  while (!step.done) step = page.next(await answerOf(step.value, reads));
  return step.value;
}

function answerOf(need: Need, reads: WorkflowUserReads | AsyncWorkflowUserReads): Answer | Promise<Answer> {
  if ('run' in need) return reads.run(need.run);
  return 'runs' in need ? reads.runs(need.runs) : reads.users(need.users);
}

function* readPage(query: WorkflowUserQuery): Generator<Need, WorkflowUserPage, Answer> {
  const { where, limit, after } = query;
  const start = after === null ? null : addressOf(after.key);
  const rows: WorkflowUserPage['rows'][number][] = [];
  let [runsSeen, usersSeen] = [0, 0];
  const runs = runsFrom(query);
  for (let next = runs.next(); !next.done; ) {
    if (!('id' in next.value)) {
      next = runs.next(yield next.value);
      continue;
    }
    const run = next.value;
    const left = limit - rows.length;
    if (left === 0 || runsSeen === RUNS_MAX || usersSeen >= USERS_MAX) return { rows, next: placeOf(run, 0) };
    const afterOrdinal = run.id === start?.runId ? start.ordinal : 0;
    const page = { where, order: BY_ORDINAL, after: { value: null, key: afterOrdinal }, limit: left + 1 };
    const users = (yield { users: { runId: run.id, ...page } }) as readonly UserRecord[];
    for (const user of users.slice(0, left)) rows.push({ run, user });
    if (users.length > left) return { rows, next: placeOf(run, users[left - 1]?.ordinal ?? afterOrdinal) };
    runsSeen += 1;
    usersSeen += where === null ? users.length : run.knownUsersCount;
    next = runs.next(null);
  }
  return { rows, next: null };
}

function placeOf(run: RunRecord, ordinal: number): Cursor<string> {
  return { value: run.scheduledAtMs, key: userResultId(run.id, ordinal) };
}

/** The runs that the page may have users of, in order: first the one that the page before ended in. */
function* runsFrom({
  workflowId,
  whereRun,
  after,
}: WorkflowUserQuery): Generator<RunRecord | Need, void, Answer> {
  let last: Cursor<string> | null = null;
  if (after !== null) {
    last = { value: after.value, key: addressOf(after.key)?.runId ?? after.key };
    const run = (yield { run: last.key }) as RunRecord | null;
    const isListed =
      run?.published &&
      run.workflowId === workflowId &&
      (whereRun === null || matchesRow(whereRun, RUN_PROPERTIES, run));
    if (isListed) yield run;
  }
  for (;;) {
    const page = { workflowId, where: whereRun, order: NEWEST_FIRST, after: last, limit: RUNS_PER_READ };
    const runs = (yield { runs: page }) as readonly RunRecord[];
    yield* runs;
    const end = runs.at(-1);
    if (!end || runs.length < RUNS_PER_READ) return;
    last = { value: end.scheduledAtMs, key: end.id };
  }
}
