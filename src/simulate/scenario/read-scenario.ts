/** Reads a scenario: checks everything, and refuses it with path and reason, before anything runs. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fillTemplate, requireTemplate } from '../../catalogue/fill-template.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { type IsoDuration, parseDuration } from '../../input/durations.ts';
import { readString } from '../../input/fields.ts';
import { type Moment, parseMoment } from '../../input/moments.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, root } from '../../input/refuse.ts';
import { readBy } from '../../input/schema.ts';
import { readRule } from '../../ledger/input/conditions.ts';
import { readWorkflowInput, type WorkflowDraft } from '../../ledger/input/workflow.ts';
import { DAY_MS, type EpochMs, HOUR_MS } from '../../model/time.ts';
import { DEFAULT_LIMITS } from '../../model/workflow/workflow-limits.ts';
import { momentAfter, type Zone, zoneOf } from '../world/zone.ts';
import { checkArrivals, checkChanges, checkOrder, checkTasks, checkTurnover } from './check-scenario.ts';
import {
  HORIZON,
  type ProcessWindow,
  SCENARIO,
  SCENARIO_PARTS,
  type Scenario,
  type ScenarioWorkflow,
} from './scenario.ts';

/** A scenario that has been read. */
export interface ReadScenario {
  readonly scenario: Scenario;
  readonly zone: Zone;
  readonly startMs: EpochMs;
  readonly endMs: EpochMs;
  readonly workflows: readonly ReadWorkflow[];
  /** Sorted by time. */
  readonly windows: readonly ReadWindow[];
  /** Base folder of relative paths. */
  readonly folder: string;
  /** Converts a date or moment of the scenario to epoch ms. */
  momentOf(text: string): EpochMs;
}

/** A workflow of a scenario. */
export interface ReadWorkflow {
  readonly key: string;
  readonly draft: WorkflowDraft;
  readonly entry: ScenarioWorkflow;
}

/** A process window with its moments; both are the same for a clock jump. */
export interface ReadWindow {
  readonly window: ProcessWindow;
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** Options of {@link readScenario}. */
export interface ReadScenarioOptions {
  /** Replaces the scenario's own horizon: an ISO 8601 duration. Default: the scenario's. */
  readonly horizon?: string;
  /** Base folder of relative paths. Default: the working folder. */
  readonly folder?: string;
}

/** The options of a scenario file, whose folder is known. */
export const FILE_OPTIONS = { horizon: optional(readString) };
/** What each of the options may be. */
export const SCENARIO_OPTIONS = {
  ...FILE_OPTIONS,
  folder: withDefault(readString, '.'),
} satisfies ShapeOf<ReadScenarioOptions>;

/**
 * Reads a scenario object, which is not modified.
 *
 * @throws LifecycleError `InvalidArgument`, `InvalidFilter`, `NotFound` (a template): `details.field` is the path.
 */
export function readScenario(input: unknown, options?: ReadScenarioOptions): ReadScenario {
  const { horizon, folder } = readOptions(options, 'readScenario', SCENARIO_OPTIONS);
  const asWritten = readBy(SCENARIO, root(input));
  const scenario =
    horizon === undefined
      ? asWritten
      : { ...asWritten, horizon: readBy(HORIZON, { path: 'horizon', value: horizon }) };
  const zone = zoneOf(scenario.timeZone ?? 'UTC');
  const momentOf = (text: string): EpochMs => momentIn(zone, text);
  const startMs = momentOf(scenario.start);
  const endMs = momentAfter(startMs, parseDuration(scenario.horizon) as IsoDuration, zone.name) as EpochMs;
  checkTurnover(scenario);
  checkTasks(scenario, momentOf);
  checkChanges(scenario);
  checkArrivals(scenario, startMs, endMs);
  const workflows = readWorkflows(scenario);
  const windows = readWindows(scenario, momentOf);
  return { scenario, zone, startMs, endMs, workflows, windows, folder, momentOf };
}

/**
 * Reads a scenario file (JSON). Paths in it are relative to its folder.
 *
 * @throws LifecycleError `InvalidFile` if it is not a JSON file; otherwise as {@link readScenario}.
 */
export async function readScenarioFile(
  path: string,
  options?: Pick<ReadScenarioOptions, 'horizon'>,
): Promise<ReadScenario> {
  const given = readOptions(options, 'readScenarioFile', FILE_OPTIONS);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as { code?: string }).code === 'ENOENT' ? 'no such file' : String(cause);
    throw new LifecycleError(
      'InvalidFile',
      `${path}: Expected a scenario file, got ${reason}`,
      { file: path },
      { cause },
    );
  }
  let input: unknown;
  try {
    input = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (cause) {
    const { message } = cause as Error;
    throw new LifecycleError(
      'InvalidFile',
      `${path}: Expected JSON, got: ${message}`,
      { file: path },
      { cause },
    );
  }
  try {
    return readScenario(input, { ...given, folder: dirname(resolve(path)) });
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    throw new LifecycleError(
      error.code,
      `${path}: ${error.message}`,
      { ...error.details, file: path },
      { cause: error },
    );
  }
}

/** Parts of a scenario that change neither its people, nor its workflows, nor its time. */
export type ScenarioParts = Pick<Scenario, 'tasks' | 'schedule' | 'capacity' | 'processes'>;

/** A scenario with other parts in place of its own. @throws LifecycleError `InvalidArgument`. */
export function withParts(read: ReadScenario, parts: ScenarioParts): ReadScenario {
  const scenario = { ...read.scenario, ...readBy(SCENARIO_PARTS, root(parts)) };
  checkTasks(scenario, read.momentOf);
  readWindows(scenario, read.momentOf);
  return { ...read, scenario };
}

/** @param text has been checked by the schema. */
function momentIn(zone: Zone, text: string): EpochMs {
  const { ms, kind } = parseMoment(text) as Moment;
  return kind === 'instant' ? ms : zone.fromLocal(ms);
}

function readWorkflows(scenario: Scenario): readonly ReadWorkflow[] {
  const workflows = scenario.workflows.map((entry, at) => readWorkflow(entry, `workflows[${at}]`));
  for (const [at, { key }] of workflows.entries()) {
    const twice = workflows.findIndex((other) => other.key === key) < at;
    if (twice)
      throw invalid({ path: `workflows[${at}].key`, value: key }, 'different from the keys before it');
  }
  return workflows;
}

function readWorkflow(entry: ScenarioWorkflow, path: string): ReadWorkflow {
  if ((entry.workflow === undefined) === (entry.template === undefined))
    throw invalid({ path: `${path}.workflow`, value: entry.workflow }, 'given, or template, but not both');
  if (entry.overrides !== undefined && entry.template === undefined)
    throw invalid({ path: `${path}.overrides`, value: entry.overrides }, 'absent without a template');
  const draft =
    entry.template === undefined
      ? within(
          () => `${path}.workflow`,
          () => readDraft(entry.workflow),
        )
      : within(
          // What is otherwise than in the template is named in the overrides.
          (field) => `${path}.${isOf(entry.overrides, field) ? 'overrides' : 'template'}`,
          () => readDraft(fillTemplate(requireTemplate(entry.template), entry.overrides ?? {}, readRule)),
        );
  for (const [at, { rule }] of (entry.activations ?? []).entries())
    if (rule !== undefined) readRule({ path: `${path}.activations[${at}].rule`, value: rule });
  return { key: entry.key ?? draft.displayName, draft, entry };
}

function readDraft(input: unknown): WorkflowDraft {
  return readWorkflowInput(withSchedule(input as object), DEFAULT_LIMITS);
}

/** Whether the path of a field begins with one of an object's. */
function isOf(object: object | undefined, field: string): boolean {
  return object !== undefined && Object.hasOwn(object, /^[^.[]*/.exec(field)?.[0] ?? '');
}

/** A workflow is in a scenario to run: it is scheduled unless it says otherwise or cannot be. */
function withSchedule(input: object): object {
  const { isSchedulingEnabled, isEnabled, executionConditions } = input as {
    readonly isSchedulingEnabled?: unknown;
    readonly isEnabled?: unknown;
    readonly executionConditions?: unknown;
  };
  const hasTrigger =
    typeof executionConditions === 'object' &&
    executionConditions !== null &&
    'trigger' in executionConditions;
  if (isSchedulingEnabled !== undefined || isEnabled === false || !hasTrigger) return input;
  return { ...input, isSchedulingEnabled: true };
}

/** What `read` gives; what it refuses is refused under the path for the field that is wrong. */
function within<T>(pathOf: (field: string) => string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!LifecycleError.is(error)) throw error;
    const inner = typeof error.details.field === 'string' ? error.details.field : '';
    const path = pathOf(inner);
    const field = inner === '' || path.endsWith(`.${inner}`) ? path : `${path}.${inner}`;
    throw new LifecycleError(
      error.code,
      `${path}: ${error.message}`,
      { ...error.details, field },
      { cause: error },
    );
  }
}

function readWindows(scenario: Scenario, momentOf: (text: string) => EpochMs): readonly ReadWindow[] {
  const windows = (scenario.process ?? []).map((window, at) => {
    if (window.kind === 'clockJump') {
      const atMs = momentOf(window.at);
      return { window, fromMs: atMs, untilMs: atMs, at };
    }
    checkOrder(`process[${at}]`, window, momentOf);
    if (window.kind === 'off' && (window.no ?? 1) > processesOf(scenario))
      throw invalid(
        { path: `process[${at}].no`, value: window.no },
        `one of the processes (${processesOf(scenario)})`,
      );
    return { window, fromMs: momentOf(window.from), untilMs: momentOf(window.until), at };
  });
  const sorted = windows.toSorted((a, b) => a.fromMs - b.fromMs);
  for (const [index, one] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before && one.fromMs < before.untilMs)
      throw invalid(
        { path: `process[${one.at}]`, value: one.window },
        `after process[${before.at}] has ended`,
      );
  }
  return sorted;
}

/** Limit of calls at once, of all tasks, in each process. */
export function concurrencyOf({ capacity }: Scenario): number {
  return capacity?.concurrency ?? 256;
}

/** Number of processes on the store. */
export function processesOf({ processes }: Scenario): number {
  return processes ?? 1;
}

/** The length of a schedule slot, ms. */
export function intervalMsOf({ schedule }: Scenario): number {
  return (schedule?.intervalHours ?? 3) * HOUR_MS;
}

/** Catch-up window, ms. */
export function catchUpMsOf({ schedule }: Scenario): number {
  return (schedule?.catchUpDays ?? 3) * DAY_MS;
}
