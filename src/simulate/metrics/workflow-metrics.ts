/** Accumulates the figures of one workflow and its tasks. */

import { enabledTasks } from '../../ledger/resources.ts';
import { HANDLER_FAILED } from '../../model/failures.ts';
import type { UserRecord } from '../../model/records.ts';
import { DAY_MS, type DurationMs } from '../../model/time.ts';
import { isTimeBased, type Workflow } from '../../model/workflow/workflow.ts';
import type { FailureFigures, SimulatedUser, TaskFigures, WorkflowFigures } from '../result.ts';
import type { Station } from './delay-causes.ts';
import { Histogram } from './histogram.ts';
import { LeftOutAccount } from './left-out.ts';

interface TaskMetrics {
  completed: number;
  failed: number;
  notRun: number;
  readonly duration: Histogram;
}

/** Failures of one task with one reason and code. */
interface FailureKind extends Pick<FailureFigures, 'reason' | 'code'> {
  count: number;
}

/** Most distinct failure reasons kept for one task. */
const REASONS_MAX = 200;
const OTHER_REASONS = 'other reasons';

/** Metrics of a workflow. */
export class WorkflowMetrics {
  /** From 1, in the order of the scenario. */
  readonly ordinal: number;
  readonly key: string;
  readonly workflow: Workflow;
  /** Time from the attribute's moment to the trigger's. */
  readonly offsetMs: DurationMs;
  /** Of the enabled tasks, in order. */
  readonly stations: readonly Station[];
  readonly leftOut: LeftOutAccount;
  readonly #runs: Record<string, number> = {};
  readonly #users: Record<string, number> = {};
  readonly #latency = new Histogram();
  readonly #latencySoFar = new Histogram();
  readonly #processing = new Histogram();
  readonly #tasks: readonly TaskMetrics[];
  /** By task, then by reason. */
  readonly #reasons: readonly Map<string, FailureKind>[];

  constructor(ordinal: number, key: string, workflow: Workflow, stations: readonly Station[]) {
    const conditions = workflow.executionConditions;
    this.ordinal = ordinal;
    this.key = key;
    this.workflow = workflow;
    this.stations = stations;
    this.leftOut = new LeftOutAccount(key);
    this.offsetMs = isTimeBased(conditions) ? conditions.trigger.offsetInDays * DAY_MS : 0;
    const tasks = enabledTasks(workflow);
    this.#tasks = tasks.map(() => ({ completed: 0, failed: 0, notRun: 0, duration: new Histogram() }));
    this.#reasons = tasks.map(() => new Map());
  }

  addRun(status: string): void {
    this.#runs[status] = (this.#runs[status] ?? 0) + 1;
  }

  /** Adds a user. `latencyMs`: from the trigger to the end; `null` when unfinished. Returns whether it counts as a wait. */
  addUser(user: UserRecord, status: SimulatedUser['status'], latencyMs: DurationMs | null): boolean {
    this.#users[status] = (this.#users[status] ?? 0) + 1;
    this.#addTasks(user);
    if (latencyMs === null || user.startedAtMs === null || status === 'canceled') return false;
    this.#latency.add(latencyMs);
    this.#processing.add((user.completedAtMs ?? user.startedAtMs) - user.startedAtMs);
    return true;
  }

  /** Adds the time since the trigger: up to the end, or so far. */
  addSoFar(ms: DurationMs): void {
    this.#latencySoFar.add(ms);
  }

  figures(): WorkflowFigures {
    const { key, workflow } = this;
    return {
      key,
      displayName: workflow.displayName,
      category: workflow.category,
      runs: this.#runs,
      users: this.#users,
      latency: this.#latency.figures(),
      latencySoFar: this.#latencySoFar.figures(),
      processing: this.#processing.figures(),
    };
  }

  taskFigures(): readonly TaskFigures[] {
    return enabledTasks(this.workflow).map(({ displayName, taskDefinitionId }, at) => {
      const { completed, failed, notRun, duration } = this.#tasks[at] as TaskMetrics;
      return {
        workflow: this.key,
        position: at + 1,
        displayName,
        definition: taskDefinitionId,
        completed,
        failed,
        notRun,
        duration: duration.figures(),
      };
    });
  }

  failureFigures(): readonly FailureFigures[] {
    return enabledTasks(this.workflow).flatMap(({ displayName }, at) =>
      Array.from(this.#reasons[at]?.values() ?? [], (kind) => ({
        workflow: this.key,
        task: displayName,
        ...kind,
      })),
    );
  }

  #addTasks(user: UserRecord): void {
    for (let at = 0; at < this.#tasks.length; at++) {
      const task = this.#tasks[at] as TaskMetrics;
      const outcome = user.outcomes?.[at];
      if (!outcome || outcome.status === 'canceled') {
        task.notRun += 1;
        continue;
      }
      task[outcome.status] += 1;
      task.duration.add(outcome.completedAtMs - (outcome.startedAtMs ?? outcome.completedAtMs));
      if (outcome.status === 'failed')
        this.#addReason(at, outcome.failureReason ?? '', outcome.code ?? HANDLER_FAILED);
    }
  }

  #addReason(at: number, reason: string, code: string): void {
    const reasons = this.#reasons[at] as Map<string, FailureKind>;
    const key = JSON.stringify([code, reason]);
    const kind =
      reasons.has(key) || reasons.size < REASONS_MAX ? { reason, code } : { reason: OTHER_REASONS, code: '' };
    const kept = JSON.stringify([kind.code, kind.reason]);
    const known = reasons.get(kept);
    if (known) known.count += 1;
    else reasons.set(kept, { ...kind, count: 1 });
  }
}
