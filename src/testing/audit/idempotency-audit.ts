/**
 * Audits whether tasks can safely be repeated. Runs a workflow once for each commit with a crash just before it and
 * once with a crash just after it, and once for each call of a handler with a crash before the handler has done
 * anything; lets a new engine finish the run, and compares the effects with those of a run that nothing disturbed.
 */
import { isDeepStrictEqual } from 'node:util';
import { readOptions } from '../../input/options.ts';
import type { OracleViolation } from '../oracles/violation.ts';
import type { AuditOptions } from './audit-options.ts';
import { canonical, changesBetween } from './effects.ts';
import { type AuditCrash, type Execution, execute } from './execution.ts';
import { AUDIT_OPTIONS } from './options.ts';

/** What was found of one task. */
export interface TaskAudit {
  /** The task definition, as the workflow names it. */
  readonly task: string;
  /** Calls that had been made before with the same idempotency key and attempt, over all executions. */
  readonly repeats: number;
  /** Executions in which the task ran twice for at least one user. */
  readonly repeatedIn: number;
  /**
   * `losesEffect`: it was called again after a crash in which it had done nothing yet, and skipped its work, so that
   * an effect is missing. `idempotent`: it ran twice, and no difference is its fault. `notIdempotent`: an effect differed where it
   * was the only task that ran twice, or the only one that is not harmless elsewhere. `suspect`: an effect
   * differed where it and others ran twice. `notRepeated`: no crash made it run twice, so nothing is known.
   */
  readonly result: 'losesEffect' | 'idempotent' | 'notIdempotent' | 'suspect' | 'notRepeated';
}

/** An execution whose effects are not those of the undisturbed one. */
export interface EffectDifference {
  readonly crash: AuditCrash;
  /** Tasks whose effect is missing; none: no effect is known to be lost. */
  readonly lostBy: readonly string[];
  /** Idempotency keys that were used twice, by task. */
  readonly repeated: Readonly<Record<string, readonly string[]>>;
  readonly expected: unknown;
  readonly got: unknown;
}

/** What an audit found. */
export interface AuditReport {
  /** Commits of the undisturbed execution: there were two executions for each. */
  readonly commits: number;
  /** Calls of handlers in the undisturbed execution: there was one execution for each. */
  readonly calls: number;
  readonly executions: number;
  readonly tasks: readonly TaskAudit[];
  /** Lost effects first. */
  readonly differences: readonly EffectDifference[];
  /** Executions that ended with another status than the undisturbed one. */
  readonly otherEndings: readonly {
    readonly crash: AuditCrash;
    readonly expected: string;
    readonly got: string;
  }[];
  /** Broken invariants of the record, which would be tenure's fault. */
  readonly violations: readonly OracleViolation[];
}

/**
 * Audits the handlers of a workflow. Takes `2 × commits + calls + 1` executions on the memory store, in virtual time:
 * waits between retries cost nothing. At a crash around a commit, handlers that run are allowed to finish first; at a
 * crash of a call, that call never begins.
 *
 * @throws LifecycleError for a workflow or handler that an engine would refuse; Error for a handler that
 *   never settles and has no time-out.
 *
 * @example
 * ```ts
 * import { idempotencyAudit } from 'tenure/testing';
 *
 * const { differences } = await idempotencyAudit({
 *   workflow: {
 *     category: 'joiner',
 *     displayName: 'Onboard',
 *     executionConditions: 'onDemand',
 *     tasks: [{ taskDefinitionId: 'createAccount' }],
 *   },
 *   population: [{ id: 'ada' }],
 *   effects: () => new Set<string>(),
 *   tasks: (accounts) => ({ createAccount: ({ subject }) => void accounts.add(subject.id) }),
 * });
 * console.log(differences.length); // → 0
 * ```
 */
export async function idempotencyAudit<Effects>(options: AuditOptions<Effects>): Promise<AuditReport> {
  readOptions(options, 'idempotencyAudit', AUDIT_OPTIONS);
  const read = options.read ?? ((effects: Effects): unknown => effects);
  const undisturbed = await execute(options, null);
  const expected = canonical(read(undisturbed.effects));
  const commits = Array.from({ length: undisturbed.commits }, (_, index) => index + 1);
  const crashes: readonly AuditCrash[] = [
    ...undisturbed.calls.map((call) => ({ ...call, when: 'call' as const })),
    ...commits.flatMap((commit) => [
      { commit, when: 'before' as const },
      { commit, when: 'after' as const },
    ]),
  ];
  const total = crashes.length + 1;
  const disturbed: Disturbed[] = [];
  const otherEndings: AuditReport['otherEndings'][number][] = [];
  const violations: OracleViolation[] = [...undisturbed.violations];
  options.onProgress?.({ executions: 1, total });
  for (const crash of crashes) {
    const execution = await execute(options, crash);
    const got = canonical(read(execution.effects));
    const isSame = isDeepStrictEqual(got, expected);
    const isMissing = changesBetween(expected, got).missing.length > 0;
    const { repeated, neverBegun } = execution;
    disturbed.push({ crash, repeated, neverBegun, isSame, isMissing, got });
    if (execution.status !== undisturbed.status)
      otherEndings.push({ crash, expected: undisturbed.status, got: execution.status });
    violations.push(...execution.violations);
    options.onProgress?.({ executions: disturbed.length + 1, total });
  }
  const accused = accuse(disturbed);
  const names = [...new Set(options.workflow.tasks.map((task) => task.taskDefinitionId))];
  return {
    commits: undisturbed.commits,
    calls: undisturbed.calls.length,
    executions: total,
    tasks: names.map((name) => auditOf(name, disturbed, accused)),
    differences: disturbed
      .filter(({ isSame }) => !isSame)
      .map((one) => ({
        crash: one.crash,
        lostBy: lostBy(one, accused.losers),
        repeated: Object.fromEntries(one.repeated),
        expected,
        got: one.got,
      }))
      .sort((a, b) => Number(a.lostBy.length === 0) - Number(b.lostBy.length === 0)),
    otherEndings,
    violations,
  };
}

interface Disturbed {
  readonly crash: AuditCrash;
  readonly repeated: Execution<unknown>['repeated'];
  readonly neverBegun: Execution<unknown>['neverBegun'];
  readonly isSame: boolean;
  /** Something is not there that ought to be. */
  readonly isMissing: boolean;
  readonly got: unknown;
}

/**
 * Whose fault a difference is: a task that ran twice somewhere without any consequence is not looked at where
 * others are left; what is left alone is guilty, and explains every other difference that it is part of.
 */
function accuse(disturbed: readonly Disturbed[]): Accused {
  const losers = new Set(
    disturbed.flatMap(({ crash, isMissing }) => (isMissing && crash.when === 'call' ? crash.task : [])),
  );
  const different = disturbed
    .filter((one) => !one.isSame && lostBy(one, losers).length === 0)
    .map(({ crash, repeated }) => [...(crash.when === 'call' ? [crash.task] : []), ...repeated.keys()])
    .filter((names) => names.length > 0);
  const harmless = new Set(disturbed.flatMap(({ isSame, repeated }) => (isSame ? [...repeated.keys()] : [])));
  const candidates = different.map((names) => {
    const left = names.filter((name) => !harmless.has(name));
    return left.length > 0 ? left : names;
  });
  const guilty = new Set(candidates.flatMap((names) => (names.length === 1 ? names : [])));
  const unexplained = candidates.filter((names) => !names.some((name) => guilty.has(name)));
  return { losers, guilty, suspects: new Set(unexplained.flat()) };
}

interface Accused {
  /** Tasks that lose their effect. */
  readonly losers: ReadonlySet<string>;
  readonly guilty: ReadonlySet<string>;
  readonly suspects: ReadonlySet<string>;
}

/** The tasks whose effect is missing: they are known to skip work that was never done, and did. */
function lostBy({ isMissing, neverBegun }: Disturbed, losers: ReadonlySet<string>): readonly string[] {
  return isMissing ? [...neverBegun].filter((task) => losers.has(task)) : [];
}

function auditOf(
  task: string,
  disturbed: readonly Disturbed[],
  { losers, guilty, suspects }: Accused,
): TaskAudit {
  const own = disturbed.filter(({ repeated }) => repeated.has(task));
  const repeats = own.reduce((sum, { repeated }) => sum + (repeated.get(task)?.length ?? 0), 0);
  const result = (): TaskAudit['result'] => {
    if (losers.has(task)) return 'losesEffect';
    if (guilty.has(task)) return 'notIdempotent';
    if (suspects.has(task)) return 'suspect';
    return own.length > 0 ? 'idempotent' : 'notRepeated';
  };
  return { task, repeats, repeatedIn: own.length, result: result() };
}
