import { LifecycleError } from '../errors/lifecycle-error.ts';
import { shown } from '../errors/shown.ts';
import type { Retention } from '../ledger/retention.ts';
import { LIMITS } from '../model/limits.ts';
import type { Identified, Subject } from '../model/subject.ts';
import { DAY_MS, type DurationMs, HOUR_MS } from '../model/time.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../model/workflow/workflow-limits.ts';
import type { Callout } from '../ports/callout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import type { Ids, Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { TaskHandler } from '../ports/task-handler.ts';

/** Ports of an engine. */
export interface EnginePorts {
  readonly store: Store;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly logger: Logger;
  /** How custom task extensions are reached; without it their tasks fail. */
  readonly callout?: Callout;
}

/** What happens to schedule slots that were not evaluated because the process was off or asleep. */
export const MISSED_SLOT_POLICIES = ['skip', 'once', 'each'] as const;
/** See {@link MISSED_SLOT_POLICIES}. */
export type MissedSlotPolicy = (typeof MISSED_SLOT_POLICIES)[number];

/** Settings of an engine. All are optional. */
export interface EngineSettingsInput<Person extends Identified = Subject> {
  /**
   * Handlers by task definition: a key of the catalogue (`addUserToGroups`), a definition's GUID, or a
   * name of your own. `'*'` handles every definition that has no other.
   */
  readonly tasks?: Readonly<Record<string, TaskHandler<Person>>>;
  /**
   * `true`: no handler is called, and none is needed. Every task is recorded as completed with a
   * `processingInfo` that says so, and each run that this engine drives is marked (`Run.isNoOp`). No outside
   * system is called; but people count as processed. Default `false`.
   */
  readonly noOp?: boolean;
  /** Handlers that run at once, 1..100,000. Default 256. */
  readonly concurrency?: number;
  /** Hours between schedule slots, a whole number in 1..24. Default 3. */
  readonly scheduleIntervalHours?: number;
  /**
   * `once` (default): the newest missed slot is evaluated; its catch-up window covers the others.
   * `each`: every missed slot within the catch-up window, oldest first. `skip`: none.
   */
  readonly missedSlots?: MissedSlotPolicy;
  /** Days after the trigger moment in which a subject is still picked up, a whole number in 1..180. Default 3. */
  readonly catchUpDays?: number;
  /**
   * `true`: a slot, or an activation by rule, is refused with `SubjectsLeftOut` when an attribute that decides who
   * is taken cannot be read, or no subject has it. Default `false`: the others are taken, and `subjects.leftOut` is
   * emitted.
   */
  readonly strictSelection?: boolean;
  /** See `AggregationOptions`. Default `false`. */
  readonly strictFailed?: boolean;
  /** How often a task may be interrupted by the end of its process before it fails, ≥ 0. Default 10. */
  readonly interruptionsMax?: number;
  /** How long an aborted handler may take to settle, ms. Default 5,000. */
  readonly abortGraceMs?: DurationMs;
  /**
   * Handlers that may stay unsettled after their abort without costing a lane, 0..100,000. Each further one holds
   * its lane until it settles, and `engine.stalled` is emitted. Default: as many as `concurrency`.
   */
  readonly handlersUnsettledMax?: number;
  /** How long things are kept, in whole days, 1..36,500, or `null` for ever; checked at every slot. */
  readonly retention?: {
    /** Deleted workflows, with their runs and results. Default 30. */
    readonly deletedWorkflowsDays?: number | null;
    /** Final runs, with their results, since their last change. Default `null`. */
    readonly runsDays?: number | null;
  };
  /** Limits on workflows and activations. Default: `LIMIT_PRESETS.default`; `LIMIT_PRESETS.entra` has Entra's. */
  readonly limits?: Partial<WorkflowLimits>;
}

/** Settings, complete and checked. */
export interface EngineSettings {
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  readonly noOp: boolean;
  readonly concurrency: number;
  readonly scheduleIntervalMs: DurationMs;
  readonly missedSlots: MissedSlotPolicy;
  readonly catchUpMs: DurationMs;
  readonly strictSelection: boolean;
  readonly strictFailed: boolean;
  readonly interruptionsMax: number;
  readonly abortGraceMs: DurationMs;
  readonly handlersUnsettledMax: number;
  readonly retention: Retention;
  readonly limits: WorkflowLimits;
}

/** Reads settings. @throws LifecycleError `InvalidArgument`, naming the setting. */
export function readSettings(input: EngineSettingsInput): EngineSettings {
  const missedSlots = input.missedSlots ?? 'once';
  if (!MISSED_SLOT_POLICIES.includes(missedSlots))
    throw refused('missedSlots', MISSED_SLOT_POLICIES.join(', '), missedSlots);
  const concurrency = whole('concurrency', input.concurrency ?? 256, 1, 100_000);
  return Object.freeze({
    tasks: input.tasks ?? {},
    noOp: input.noOp ?? false,
    concurrency,
    scheduleIntervalMs: whole('scheduleIntervalHours', input.scheduleIntervalHours ?? 3, 1, 24) * HOUR_MS,
    missedSlots,
    catchUpMs: whole('catchUpDays', input.catchUpDays ?? LIMITS.catchUpDays, 1, 180) * DAY_MS,
    strictSelection: input.strictSelection ?? false,
    strictFailed: input.strictFailed ?? false,
    interruptionsMax: whole(
      'interruptionsMax',
      input.interruptionsMax ?? LIMITS.interruptionsMaxDefault,
      0,
      1_000_000,
    ),
    abortGraceMs: whole('abortGraceMs', input.abortGraceMs ?? LIMITS.abortGraceMs, 0, 3_600_000),
    handlersUnsettledMax: whole(
      'handlersUnsettledMax',
      input.handlersUnsettledMax ?? concurrency,
      0,
      100_000,
    ),
    retention: {
      deletedWorkflowsMs: days(
        'retention.deletedWorkflowsDays',
        input.retention?.deletedWorkflowsDays,
        LIMITS.deletedWorkflowsDays,
      ),
      runsMs: days('retention.runsDays', input.retention?.runsDays, null),
    },
    limits: { ...DEFAULT_LIMITS, ...input.limits },
  });
}

function days(field: string, value: number | null | undefined, otherwise: number | null): DurationMs | null {
  const given = value === undefined ? otherwise : value;
  return given === null ? null : whole(field, given, 1, 36_500) * DAY_MS;
}

function whole(field: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw refused(field, `a whole number in ${min}..${max}`, value);
}

function refused(field: string, expected: string, value: unknown): LifecycleError {
  const message = `Expected ${field} to be ${expected}, got ${shown(value)}`;
  return new LifecycleError('InvalidArgument', message, { field });
}
