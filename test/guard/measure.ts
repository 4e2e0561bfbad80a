/**
 * Counts what fixed loads cost, in figures that no machine changes: calls of the store, statements, rows,
 * bytes, promises, turns of the event loop. Prints them as JSON. A process of its own, since promises are
 * counted in all of a process. Clock, ids and chance stand still, so every count is the same each time.
 */
import { createHook } from 'node:async_hooks';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numbered } from '../../bench/sides/load.ts';
import { type Call, startRecording } from '../../bench/sides/sqlite-recording.ts';
import { type Clock, createEngine, type Engine, memoryStore, type Store } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';

const USERS = 2_000;
const TASKS = 5;
const SMALL_RUNS = 100;
const USERS_PER_SMALL_RUN = 5;
const NOW_MS = Date.UTC(2026, 0, 5);

/** Counts by name. */
type Counts = Record<string, number>;

/** What is counted while a load runs. */
class Meter {
  storeCalls = 0;
  transactions = 0;
  statements = 0;
  rows = 0;
  bytes = 0;
  promises = 0;
  turns = 0;

  readonly clock: Clock = {
    now: () => NOW_MS,
    elapsed: () => 0,
    yield: () => {
      this.turns += 1;
      return new Promise((resolve) => setImmediate(resolve));
    },
    setTimer: () => ({ cancel: () => {} }),
  };

  /** A store that counts calls, those inside transactions included. */
  watch<Target extends object>(target: Target): Target {
    return new Proxy(target, {
      get: (inner, name) => {
        const value: unknown = Reflect.get(inner, name);
        if (typeof value !== 'function') return value;
        if (name === 'transaction') {
          const begin = value.bind(inner) as Store['transaction'];
          return (work: Parameters<Store['transaction']>[0]) => {
            this.transactions += 1;
            return begin((tx) => work(this.watch(tx)));
          };
        }
        return (...args: unknown[]) => {
          this.storeCalls += 1;
          return value.apply(inner, args);
        };
      },
    });
  }

  heard({ file, changes, values }: Call): void {
    if (!file.endsWith('.db')) return;
    this.statements += 1;
    this.rows += changes;
    for (const value of values) this.bytes += typeof value === 'string' ? Buffer.byteLength(value) : 8;
  }
}

function numberedGuid(): () => string {
  let no = 0;
  return () => {
    no += 1;
    return `${no.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
  };
}

/** Counts while `work` is done; `memory` has no statements. */
async function count(
  kind: 'memory' | 'sqlite',
  work: (engine: Engine, workflowId: string) => Promise<number>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'tenure-guard-'));
  const file = join(folder, 'guard.db');
  const meter = new Meter();
  const recording = startRecording((call) => meter.heard(call));
  const ids = { guid: numberedGuid() };
  const store = kind === 'memory' ? memoryStore() : await sqliteStore(file);
  const engine = await createEngine({
    store: meter.watch(store),
    directory: numbered(USERS),
    clock: meter.clock,
    ids,
    random: { next: () => 0.5 },
    tasks: { '*': () => {} },
  });
  const { id } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Guard',
    executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
    tasks: Array.from({ length: TASKS }, (_, index) => ({ taskDefinitionId: `task-${index + 1}` })),
  });
  await engine.start();
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') meter.promises += 1;
    },
  }).enable();
  const before = { ...meter };
  const tasks = await work(engine, id);
  hook.disable();
  const { storeCalls, transactions, statements, rows, bytes, promises, turns } = meter;
  const counts = { storeCalls, transactions, statements, rows, bytes, promises, turns };
  const perTask: Counts = {};
  for (const [name, value] of Object.entries(counts))
    perTask[name] = (value - before[name as keyof typeof counts]) / tasks;
  if (kind === 'sqlite') perTask.walBytes = statSync(`${file}-wal`).size / tasks;
  const pages = kind === 'sqlite' ? await countPages(engine, id, meter) : {};
  recording.stop();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
  return { perTask, pages };
}

async function oneRun(engine: Engine, workflowId: string): Promise<number> {
  const { id } = await engine.runs.activate(workflowId, { rule: "not (department eq 'nobody')" });
  const { successfulUsersCount } = await engine.runs.waitFor(id);
  if (successfulUsersCount !== USERS) throw new Error(`Expected ${USERS} users, got ${successfulUsersCount}`);
  return USERS * TASKS;
}

async function smallRuns(engine: Engine, workflowId: string): Promise<number> {
  const done = Array.from({ length: SMALL_RUNS }, async (_, no) => {
    const subjects = Array.from({ length: USERS_PER_SMALL_RUN }, (_, user) => `user-${no}-${user}`);
    const { id } = await engine.runs.activate(workflowId, { subjects });
    return engine.runs.waitFor(id);
  });
  await Promise.all(done);
  return SMALL_RUNS * USERS_PER_SMALL_RUN * TASKS;
}

/** Statements that a page, and what else a client asks for, takes. */
async function countPages(engine: Engine, workflowId: string, meter: Meter): Promise<Counts> {
  const { runs, userProcessingResults, taskProcessingResults } = engine;
  const [run] = (await runs.list(workflowId, { top: 1 })).value;
  if (!run) throw new Error('Expected a run, got none');
  const first = await userProcessingResults.list(run.id, { top: 2 });
  const user = first.value[0]?.id ?? '';
  const questions: Record<string, () => Promise<unknown>> = {
    'a page of runs': () => runs.list(workflowId),
    'a page of users': () => userProcessingResults.list(run.id),
    'the next page of users': () => userProcessingResults.list(run.id, { after: first.nextToken ?? '' }),
    'a filtered page of users': () =>
      userProcessingResults.list(run.id, { filter: "processingStatus eq 'failed'" }),
    'a page of users with a count': () => userProcessingResults.list(run.id, { count: true }),
    'a run': () => runs.get(run.id),
    'a user': () => userProcessingResults.get(run.id, user),
    'a page of tasks': () => taskProcessingResults.list(run.id),
    'a summary of runs': () => runs.summary(workflowId, '2020-01-01T00:00:00Z', '2030-01-01T00:00:00Z'),
  };
  const counts: Counts = {};
  for (const [name, ask] of Object.entries(questions)) {
    const before = meter.statements;
    await ask();
    counts[name] = meter.statements - before;
  }
  return counts;
}

const large = await count('sqlite', oneRun);
console.log(
  JSON.stringify({
    'per task of a run on SQLite': large.perTask,
    'per task of small runs on SQLite': (await count('sqlite', smallRuns)).perTask,
    'per task of a run in memory': (await count('memory', oneRun)).perTask,
    'statements for': large.pages,
  }),
);
