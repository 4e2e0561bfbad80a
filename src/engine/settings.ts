import { fieldsOf, readFlag, readWhole, readWord } from '../input/fields.ts';
import {
  nullable,
  optional,
  type ReadShape,
  readOptions,
  readShape,
  type ShapeOf,
  shapeReader,
  withDefault,
} from '../input/options.ts';
import { invalid, type Place, root } from '../input/refuse.ts';
import { readLimits } from '../ledger/input/limits.ts';
import type { Retention } from '../ledger/retention.ts';
import { LIMITS } from '../model/limits.ts';
import type { Identified, Subject } from '../model/subject.ts';
import { DAY_MS, type DurationMs, HOUR_MS } from '../model/time.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../model/workflow/workflow-limits.ts';
import type { Callout } from '../ports/callout.ts';
import type { Channels } from '../ports/channels.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import type { LoopDelay } from '../ports/loop-delay.ts';
import type { Ids, Random } from '../ports/random.ts';
import type { Store } from '../ports/store.ts';
import type { AroundTask, TaskHandler } from '../ports/task-handler.ts';
import type { WorkSource } from '../ports/work-source.ts';
import type { TaskHandlers } from './handlers/task-handlers.ts';

/** Ports of an engine. */
export interface EnginePorts {
  /** Where the record is kept. */
  readonly store: Store;
  /** Where people come from. */
  readonly directory: Directory;
  /** What time it is, and timers. Default: this machine's. */
  readonly clock: Clock;
  /** Whether lanes go on while a commit is made: in real time. Virtual time would not wait for it. Default: `false`. */
  readonly commitsInBackground?: boolean;
  /** Sets the timers of what a process does at intervals because others work on the same store. Default: `clock`. */
  readonly intervals?: Clock;
  /** Random numbers. Default: this machine's. */
  readonly random: Random;
  /** Ids of what is made. Default: random GUIDs. */
  readonly ids: Ids;
  /** Where `log` of handlers writes, and what the engine has to say. Default: nowhere. */
  readonly logger: Logger;
  /** How custom task extensions are reached; without it their tasks fail. */
  readonly callout?: Callout;
  /** Where it gets the slices of runs that it works on. Default: the store itself. */
  readonly work?: WorkSource;
  /** For the metric of the event loop's delay, which is 0 without it. */
  readonly loopDelay?: LoopDelay;
  /** Where events are published beside its listeners. Default: nowhere. */
  readonly channels?: Channels;
  /** Called around every call of a handler. Default: none, which costs nothing. */
  readonly aroundTask?: AroundTask;
}

/** What happens to schedule slots that were not evaluated because the process was off or asleep. */
export const MISSED_SLOT_POLICIES = ['skip', 'once', 'each'] as const;
/** See {@link MISSED_SLOT_POLICIES}. */
export type MissedSlotPolicy = (typeof MISSED_SLOT_POLICIES)[number];

/** Settings of an engine. All are optional. */
export interface EngineSettingsInput<Person extends Identified = Subject> {
  /**
   * Handlers by task definition: a key of the catalogue (`addUserToGroups`), a definition's GUID, or a name of
   * your own. `'*'` handles every definition that has no other. Default: none, and a workflow with tasks cannot
   * be activated.
   */
  readonly tasks?: TaskHandlers<Person>;
  /**
   * `true`: no handler is called, and none is needed. Every task is recorded as completed with a
   * `processingInfo` that says so, and each run that this engine drives is marked (`Run.isNoOp`). No outside
   * system is called; but people count as processed. Default `false`.
   */
  readonly noOp?: boolean;
  /** Handlers that run at once in this process, 1..100,000. Default 256. */
  readonly concurrency?: number;
  /**
   * `false`: this engine drives runs and evaluates no schedule by itself, nor what `retention` keeps: a worker beside
   * engines that do. Default `true`.
   */
  readonly schedule?: boolean;
  /**
   * Engines that run on one database agree on `noOp`, `scheduleIntervalHours`, `catchUpDays`, `strictFailed` and
   * `limits`: one with others does not start (`SettingsDiffer`). `true`: it starts, and the next ones have to agree with it; those
   * that run keep theirs until they end. For a change without a pause. Default `false`.
   */
  readonly replaceSettings?: boolean;
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
   * is taken cannot be read, or no subject has it. Default `false`: the others are taken, and `workflow.subjectsLeftOut` is
   * emitted.
   */
  readonly strictSelection?: boolean;
  /** See `AggregationOptions`. Default `false`. */
  readonly strictFailed?: boolean;
  /** How often a task may be interrupted by the end of its process before it fails, ≥ 0. Default 10. */
  readonly interruptionsMax?: number;
  /** How long an aborted handler may take to settle, ms. Default 5,000; at a stop, at most half of the stop's time. */
  readonly abortGraceMs?: DurationMs;
  /**
   * Handlers that may stay unsettled after their abort without costing a lane, 0..100,000. Each further one holds
   * its lane until it settles, and `engine.stalled` is emitted. Default: as many as `concurrency`.
   */
  readonly handlersUnsettledMax?: number;
  /**
   * How long things are kept, in whole days, 1..36,500, or `null` for ever; checked at every slot. Default: as
   * each of them says.
   */
  readonly retention?: {
    /** Deleted workflows, with their runs and results. Default 30. */
    readonly deletedWorkflowsDays?: number | null;
    /** Final runs, with their results, since their last change. Default `null`. */
    readonly runsDays?: number | null;
    /** Entries of the audit. Default 400. */
    readonly auditDays?: number | null;
  };
  /** Limits on workflows and activations. Default: `LIMIT_PRESETS.default`; `LIMIT_PRESETS.entra` has Entra's. */
  readonly limits?: Partial<WorkflowLimits>;
}

/** Settings, complete and checked. */
export interface EngineSettings {
  readonly tasks: Readonly<Record<string, TaskHandler>>;
  readonly noOp: boolean;
  readonly concurrency: number;
  readonly schedule: boolean;
  readonly replaceSettings: boolean;
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

const days = nullable((place: Place) => readWhole(place, 1, 36_500));
const RETENTION = {
  deletedWorkflowsDays: withDefault(days, LIMITS.deletedWorkflowsDays),
  runsDays: withDefault(days, null),
  auditDays: withDefault(days, LIMITS.auditDays),
} satisfies ShapeOf<NonNullable<EngineSettingsInput['retention']>>;

/** What each setting may be, and its default. */
export const SETTINGS = {
  tasks: withDefault(readTasks, {}),
  noOp: withDefault(readFlag, false),
  concurrency: withDefault((place: Place) => readWhole(place, 1, 100_000), 256),
  schedule: withDefault(readFlag, true),
  replaceSettings: withDefault(readFlag, false),
  scheduleIntervalHours: withDefault((place: Place) => readWhole(place, 1, 24), LIMITS.scheduleIntervalHours),
  missedSlots: withDefault((place: Place) => readWord(place, MISSED_SLOT_POLICIES), 'once'),
  catchUpDays: withDefault((place: Place) => readWhole(place, 1, 180), LIMITS.catchUpDays),
  strictSelection: withDefault(readFlag, false),
  strictFailed: withDefault(readFlag, false),
  interruptionsMax: withDefault(
    (place: Place) => readWhole(place, 0, 1_000_000),
    LIMITS.interruptionsMaxDefault,
  ),
  abortGraceMs: withDefault((place: Place) => readWhole(place, 0, 3_600_000), LIMITS.abortGraceMs),
  handlersUnsettledMax: optional((place: Place) => readWhole(place, 0, 100_000)),
  retention: withDefault(shapeReader(RETENTION), readShape(root({}), RETENTION)),
  limits: withDefault(readLimits, DEFAULT_LIMITS),
} satisfies ShapeOf<EngineSettingsInput>;

/**
 * Reads settings.
 *
 * @param of the function that takes them, for messages.
 * @throws LifecycleError `InvalidArgument`, naming the setting.
 */
export function readSettings(input: EngineSettingsInput, of = 'createEngine'): EngineSettings {
  return settingsOf(readOptions(input, of, SETTINGS));
}

/** Settings that have been read, in the engine's units. */
export function settingsOf(read: ReadShape<typeof SETTINGS>): EngineSettings {
  const { scheduleIntervalHours, catchUpDays, retention, ...same } = read;
  const ms = (count: number | null): DurationMs | null => (count === null ? null : count * DAY_MS);
  return Object.freeze({
    ...same,
    handlersUnsettledMax: same.handlersUnsettledMax ?? same.concurrency,
    scheduleIntervalMs: scheduleIntervalHours * HOUR_MS,
    catchUpMs: catchUpDays * DAY_MS,
    retention: {
      deletedWorkflowsMs: ms(retention.deletedWorkflowsDays),
      runsMs: ms(retention.runsDays),
      auditMs: ms(retention.auditDays),
    },
  });
}

/** Handlers by name; each is read when the engine is made. */
function readTasks(place: Place): Readonly<Record<string, TaskHandler>> {
  const { value } = place;
  if (value instanceof Map) throw invalid(place, 'an object with a handler for each name', 'a Map');
  fieldsOf(place, null);
  return value as Readonly<Record<string, TaskHandler>>;
}
