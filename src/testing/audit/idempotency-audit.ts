/**
 * Is it safe that a task runs again? Runs a workflow once for each commit with a crash just before it and
 * once with a crash just after it, lets a new engine finish the run, and compares the effects with those of
 * a run that nothing disturbed.
 */
import { isDeepStrictEqual } from 'node:util';
import type { EngineSettingsInput } from '../../engine/options.ts';
import { readOptions } from '../../input/options.ts';
import type { WorkflowInput } from '../../ledger/workflow-input.ts';
import type { Subject } from '../../model/subject.ts';
import type { TaskHandler } from '../../ports/task-handler.ts';
import type { OracleViolation } from '../oracles.ts';
import type { CrashPoint } from './crashing-store.ts';
import { canonical } from './effects.ts';
import { type Execution, execute } from './execution.ts';
import { AUDIT_OPTIONS } from './options.ts';

/** What to audit. `Effects` is what the host's recorder reports. */
export interface AuditOptions<Effects> {
  readonly workflow: WorkflowInput;
  /** Everybody whom the workflow is run for. A few people are enough. */
  readonly population: readonly Subject[];
  /** A new recorder, or a new fake of the outside world, for each execution. */
  readonly effects: () => Effects;
  /** The handlers under audit, writing their effects to this recorder. */
  readonly tasks: (effects: Effects) => Readonly<Record<string, TaskHandler>>;
  /**
   * What of the recorder is compared, by value. Default: the recorder itself. Maps, sets and arrays compare
   * without order, because the order between people is not defined.
   */
  readonly read?: (effects: Effects) => unknown;
  /** Settings of the engine. */
  readonly settings?: Omit<EngineSettingsInput, 'tasks'>;
  /** Told after each execution. */
  readonly onProgress?: (done: { readonly executions: number; readonly total: number }) => void;
}

/** What was found of one task. */
export interface TaskAudit {
  /** The task definition, as the workflow names it. */
  readonly task: string;
  /** Calls that had been made before with the same idempotency key and attempt, over all executions. */
  readonly repeats: number;
  /** Executions in which it ran twice for somebody. */
  readonly repeatedIn: number;
  /**
   * `idempotent`: it ran twice, and no difference is its fault. `notIdempotent`: an effect differed where it
   * was the only task that ran twice, or the only one that is not harmless elsewhere. `suspect`: an effect
   * differed where it and others ran twice. `notRepeated`: no crash made it run twice, so nothing is known.
   */
  readonly verdict: 'idempotent' | 'notIdempotent' | 'suspect' | 'notRepeated';
}

/** An execution whose effects are not those of the undisturbed one. */
export interface EffectDifference {
  readonly crash: CrashPoint;
  /** Idempotency keys that were used twice, by task. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What an audit found. */
export interface AuditReport {
  /** Commits of the undisturbed execution: there were two executions for each. */
  readonly commits: number;
  readonly executions: number;
  readonly tasks: readonly TaskAudit[];
  readonly differences: readonly EffectDifference[];
  /** Executions that ended with another status than the undisturbed one. */
  readonly otherEndings: readonly {
    readonly crash: CrashPoint;
    readonly expected: string;
    readonly got: string;
  }[];
  /** Broken invariants of the record, which would be tenure's fault. */
  readonly violations: readonly OracleViolation[];
}

/**
 * Audits the handlers of a workflow. Takes `2 × commits + 1` executions on the memory store, in virtual time:
 * waits between retries cost nothing. Handlers that were running at a crash are allowed to finish first.
 *
 * @throws LifecycleError for a workflow or handler that an engine would refuse; Error for a handler that
 *   never settles and has no time-out.
 */
export async function idempotencyAudit<Effects>(options: AuditOptions<Effects>): Promise<AuditReport> {
  readOptions(options, 'idempotencyAudit', AUDIT_OPTIONS);
  const read = options.read ?? ((effects: Effects): unknown => effects);
  const undisturbed = await execute(options, null);
  const expected = canonical(read(undisturbed.effects));
  const total = 2 * undisturbed.commits + 1;
  const disturbed: Disturbed[] = [];
  const otherEndings: AuditReport['otherEndings'][number][] = [];
  const violations: OracleViolation[] = [...undisturbed.violations];
  options.onProgress?.({ executions: 1, total });
  for (let commit = 1; commit <= undisturbed.commits; commit += 1) {
    for (const when of ['before', 'after'] as const) {
      const crash: CrashPoint = { commit, when };
      const execution = await execute(options, crash);
      const got = canonical(read(execution.effects));
      disturbed.push({ crash, repeated: execution.repeated, isSame: isDeepStrictEqual(got, expected), got });
      if (execution.status !== undisturbed.status)
        otherEndings.push({ crash, expected: undisturbed.status, got: execution.status });
      violations.push(...execution.violations);
      options.onProgress?.({ executions: disturbed.length + 1, total });
    }
  }
  const accused = accuse(disturbed);
  const names = [...new Set(options.workflow.tasks.map((task) => task.taskDefinitionId))];
  return {
    commits: undisturbed.commits,
    executions: total,
    tasks: names.map((name) => auditOf(name, disturbed, accused)),
    differences: disturbed
      .filter(({ isSame }) => !isSame)
      .map(({ crash, repeated, got }) => ({ crash, repeated: Object.fromEntries(repeated), expected, got })),
    otherEndings,
    violations,
  };
}

interface Disturbed {
  readonly crash: CrashPoint;
  readonly repeated: Execution<unknown>['repeated'];
  readonly isSame: boolean;
  readonly got: unknown;
}

/**
 * Whose fault a difference is: a task that ran twice somewhere without any consequence is not looked at where
 * others are left; what is left alone is guilty, and explains every other difference that it is part of.
 */
function accuse(disturbed: readonly Disturbed[]): { guilty: Set<string>; suspects: Set<string> } {
  const different = disturbed.filter(({ isSame, repeated }) => !isSame && repeated.size > 0);
  const harmless = new Set(disturbed.flatMap(({ isSame, repeated }) => (isSame ? [...repeated.keys()] : [])));
  const candidates = different.map(({ repeated }) => {
    const names = [...repeated.keys()];
    const left = names.filter((name) => !harmless.has(name));
    return left.length > 0 ? left : names;
  });
  const guilty = new Set(candidates.flatMap((names) => (names.length === 1 ? names : [])));
  const unexplained = candidates.filter((names) => !names.some((name) => guilty.has(name)));
  return { guilty, suspects: new Set(unexplained.flat()) };
}

function auditOf(
  task: string,
  disturbed: readonly Disturbed[],
  { guilty, suspects }: ReturnType<typeof accuse>,
): TaskAudit {
  const own = disturbed.filter(({ repeated }) => repeated.has(task));
  const verdict = guilty.has(task)
    ? 'notIdempotent'
    : suspects.has(task)
      ? 'suspect'
      : own.length > 0
        ? 'idempotent'
        : 'notRepeated';
  const repeats = own.reduce((sum, { repeated }) => sum + (repeated.get(task)?.length ?? 0), 0);
  return { task, repeats, repeatedIn: own.length, verdict };
}
