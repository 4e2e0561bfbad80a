/** Reads the runs of a record, a page at a time. */
import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { filter } from '../../filter/builder.ts';
import { enabledTasks } from '../../ledger/resources.ts';
import { LIMITS } from '../../model/limits.ts';
import type { RunRecord, TaskOutcome, UserRecord } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Cursor, StoreReader } from '../../ports/store.ts';
import { positionOf } from '../../rules/status/positions.ts';
import type { Period } from './period.ts';

/** A task that was called for a person, and has ended. */
export interface RecordedCall {
  /** Key of its definition. */
  readonly task: string;
  readonly run: RunRecord;
  readonly user: UserRecord;
  /** When the person was ready for it: the end of the task before, or the start of the person. */
  readonly readyMs: EpochMs;
  readonly startedMs: EpochMs;
  readonly outcome: TaskOutcome;
}

/** Called with what is read, in the order of the record. */
export interface RecordVisitor {
  run?(run: RunRecord): void;
  users?(run: RunRecord, users: readonly UserRecord[]): void;
  call(call: RecordedCall): void;
}

const RUNS_PER_PAGE = 200;

/** Reads the runs of a period, but for previews. Runs without handlers show no calls. */
export async function readRuns(store: StoreReader, period: Period, visitor: RecordVisitor): Promise<void> {
  const tasks = new Map<string, readonly string[]>();
  for await (const run of runsOf(store, period)) {
    visitor.run?.(run);
    const key = `${run.workflowId}/${run.workflowVersion}`;
    const definitions = tasks.get(key) ?? (await definitionsOf(store, run));
    tasks.set(key, definitions);
    for await (const users of usersOf(store, run.id)) {
      visitor.users?.(run, users);
      if (run.isNoOp) continue;
      for (const user of users) for (const call of callsOf(run, user, definitions)) visitor.call(call);
    }
  }
}

async function* runsOf(store: StoreReader, { startMs }: Period): AsyncGenerator<RunRecord> {
  const where = filter.and(
    filter.ge('scheduledDateTime', new Date(startMs)),
    filter.ne('workflowExecutionType', 'preview'),
  );
  const order = { property: 'scheduledDateTime', descending: false };
  for (let after: Cursor<string> | null = null; ; ) {
    const page: readonly RunRecord[] = await store.listRuns({ where, order, after, limit: RUNS_PER_PAGE });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < RUNS_PER_PAGE) return;
    after = { value: last.scheduledAtMs, key: last.id };
  }
}

async function* usersOf(store: StoreReader, runId: string): AsyncGenerator<readonly UserRecord[]> {
  for (let key = 0; ; ) {
    const page: readonly UserRecord[] = await store.listUsers({
      runId,
      where: null,
      order: { property: 'id', descending: false },
      after: { value: null, key },
      limit: LIMITS.usersPerBatch,
    });
    yield page;
    if (page.length < LIMITS.usersPerBatch) return;
    key = page.at(-1)?.ordinal ?? key;
  }
}

/** Keys of the task definitions by position; none when the version is gone. */
async function definitionsOf(store: StoreReader, run: RunRecord): Promise<readonly string[]> {
  const version = await store.getWorkflowVersion(run.workflowId, run.workflowVersion);
  return version === null ? [] : enabledTasks(version).map(({ taskDefinitionId: id }) => definitionKey(id));
}

/** The key of a definition of the catalogue; a definition of the host's own has its name. */
export function definitionKey(id: string): string {
  return findTaskDefinition(id)?.key ?? id;
}

function* callsOf(
  run: RunRecord,
  user: UserRecord,
  definitions: readonly string[],
): Generator<RecordedCall, void> {
  let readyMs = user.startedAtMs ?? user.scheduledAtMs;
  for (const [at, outcome] of (user.outcomes ?? []).entries()) {
    const task = definitions[positionOf(user, at + 1) - 1];
    const { startedAtMs: startedMs, status } = outcome;
    if (task !== undefined && startedMs !== null && status !== 'canceled')
      yield { task, run, user, readyMs, startedMs, outcome };
    readyMs = outcome.completedAtMs;
  }
}
