import type { TaskContext } from '../../ports/task-handler.ts';
import { virtualClock } from '../../simulate/virtual-clock.ts';
import { memoryStore } from '../../stores/memory/index.ts';
import type { OracleViolation } from '../oracles.ts';
import { checkDatabase } from '../oracles.ts';
import { type CrashPoint, crashingStore } from './crashing-store.ts';
import type { AuditOptions } from './idempotency-audit.ts';
import { beginLife, type Life, type LifeOptions, letSettle, liveUntil } from './process.ts';

/** One execution of a workflow for a population, crashed or not. */
export interface Execution<Effects> {
  readonly effects: Effects;
  /** The run's final status. */
  readonly status: string;
  /** Commits of the first process, up to the run's end. */
  readonly commits: number;
  /** Task → idempotency keys that were called again in the same attempt. */
  readonly repeated: ReadonlyMap<string, readonly string[]>;
  readonly violations: readonly OracleViolation[];
}

const START_MS = Date.UTC(2026, 0, 5);

/** Runs the workflow for everybody; a process that dies at `crash` is followed by another. */
export async function execute<Effects>(
  options: AuditOptions<Effects>,
  crash: CrashPoint | null,
): Promise<Execution<Effects>> {
  const clock = virtualClock(START_MS);
  const inner = memoryStore();
  const effects = options.effects();
  const calls = new Calls();
  const common: Omit<LifeOptions, 'store' | 'seed'> = {
    clock,
    population: options.population,
    tasks: options.tasks(effects),
    settings: options.settings ?? {},
    called: (context) => calls.note(context),
  };
  const begin = (store: LifeOptions['store'], seed: number) => beginLife({ ...common, store, seed });
  const planner = begin(inner, 1);
  const { id: workflowId } = await liveUntil(
    clock,
    planner,
    planner.engine.workflows.create(options.workflow),
  );

  const store = crashingStore(inner, crash);
  const first = begin(store, 2);
  const subjects = options.population.map(({ id }) => id);
  const ended = runToEnd(first, workflowId, subjects);
  const died = store.crashed.then(() => null);
  let status = await liveUntil(clock, first, Promise.race([ended, died]));
  const { commits } = store;
  if (status === null) {
    first.session.end();
    await letSettle(first);
    const second = begin(inner, 3);
    status = await liveUntil(clock, second, runToEnd(second, workflowId, subjects));
    await liveUntil(clock, second, second.engine.stop());
  } else await liveUntil(clock, first, first.engine.stop());
  const { violations } = await checkDatabase(inner, {
    strictFailed: options.settings?.strictFailed ?? false,
  });
  return { effects, status, commits, repeated: calls.repeated, violations };
}

/** Starts the engine, and asks for the run unless a process before did; resolves with its final status. */
async function runToEnd({ engine }: Life, workflowId: string, subjects: readonly string[]): Promise<string> {
  await engine.start();
  const known = (await engine.runs.list(workflowId)).value[0];
  const run = known ?? (await engine.runs.activate(workflowId, { subjects }));
  return (await engine.runs.finished(run.id)).processingStatus;
}

/** Who was called with which key. */
class Calls {
  readonly #seen = new Set<string>();
  readonly repeated = new Map<string, string[]>();

  note({ idempotencyKey, attempt, task }: TaskContext): void {
    const call = `${idempotencyKey} ${attempt}`;
    if (this.#seen.has(call)) {
      const keys = this.repeated.get(task.taskDefinitionId) ?? [];
      this.repeated.set(task.taskDefinitionId, [...keys, idempotencyKey]);
    }
    this.#seen.add(call);
  }
}
