/** Files with a history: many finished runs and user results, written through the store port. */
import { memoryStore, type RunRecord, type Store, type UserRecord } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { EVERYBODY, numbered, startEngine } from './load.ts';

/** Records per transaction. */
const BATCH = 1_000;
/** Time between two finished runs: a schedule slot every three hours. */
const TICK_MS = 3 * 3_600_000;
/** Time of the newest finished run. */
const NEWEST_MS = Date.UTC(2026, 0, 1);
/** One in so many users has failed. */
export const FAILED_EVERY = 1_000;

/** Templates of the copies: a finished run, a completed user of it, and a failed one. */
interface Pattern {
  readonly run: RunRecord;
  readonly completed: UserRecord;
  readonly failed: UserRecord;
}

/** Adds `count` finished runs of one workflow. Returns the workflow's id. */
export async function addRuns(file: string, count: number): Promise<string> {
  const { store, workflowId, pattern } = await openWith(file);
  await inBatches(count, async (from, to) => {
    await store.transaction(async (tx) => {
      for (let no = from; no < to; no++) {
        const backMs = pattern.run.scheduledAtMs - (NEWEST_MS - (count - no) * TICK_MS);
        await tx.insertRun(earlier({ ...pattern.run, id: runId(no), workflowId, published: true }, backMs));
      }
    });
  });
  await store.close();
  return workflowId;
}

/** Adds one finished run of `count` users, of which every thousandth has failed. Returns the run's id. */
export async function addUsers(file: string, count: number): Promise<string> {
  const { store, workflowId, pattern } = await openWith(file);
  const id = runId(0xffff_ffff);
  const run = { ...pattern.run, id, workflowId, knownUsersCount: count, totalUsersCount: count };
  await store.transaction((tx) => tx.insertRun(run));
  await inBatches(count, async (from, to) => {
    const users = Array.from({ length: to - from }, (_, index): UserRecord => {
      const no = from + index + 1;
      const like = no % FAILED_EVERY === 0 ? pattern.failed : pattern.completed;
      return { ...like, runId: id, ordinal: no, subjectId: `user-${no}` };
    });
    await store.transaction((tx) => tx.insertUsers(users));
  });
  await store.close();
  return id;
}

async function openWith(
  file: string,
): Promise<{ readonly store: Store; readonly workflowId: string; readonly pattern: Pattern }> {
  const { record, ...pattern } = await realRun();
  const store = await sqliteStore(file);
  const workflow = { ...record.workflow, displayName: 'History' };
  await store.transaction((tx) => tx.putWorkflow({ ...record, workflow }));
  return { store, workflowId: workflow.id, pattern };
}

/** A run as the engine leaves it: two users, one of which fails at its first task. */
async function realRun() {
  const store = memoryStore();
  const { engine, workflowId } = await startEngine(store, numbered(2), 5, ({ subject, task }) => {
    if (subject.id === 'user-1' && task.executionSequence === 1) throw new Error('as planned');
  });
  const { id } = await engine.runs.activate(workflowId, { rule: EVERYBODY });
  await engine.runs.waitFor(id);
  const [record, run] = [await store.getWorkflow(workflowId), await store.getRun(id)];
  const [completed, failed] = [await store.getUser(id, 1), await store.getUser(id, 2)];
  await engine.close();
  if (!record || !run || !completed || failed?.processingStatus !== 'failed')
    throw new Error('Expected a finished run with a failed user');
  return { record, run, completed, failed };
}

function earlier(run: RunRecord, byMs: number): RunRecord {
  const moved = (ms: number | null): number | null => (ms === null ? null : ms - byMs);
  return {
    ...run,
    scheduledAtMs: run.scheduledAtMs - byMs,
    startedAtMs: moved(run.startedAtMs),
    completedAtMs: moved(run.completedAtMs),
    lastUpdatedAtMs: run.lastUpdatedAtMs - byMs,
  };
}

/** Ids in no order, as random ones are. */
function runId(no: number): string {
  const spread = Math.imul(no + 1, 0x9e37_79b1) >>> 0;
  return `${spread.toString(16).padStart(8, '0')}-0000-8000-8000-000000000000`;
}

async function inBatches(count: number, write: (from: number, to: number) => Promise<void>): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await write(from, Math.min(from + BATCH, count));
}
