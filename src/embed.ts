// Kept in the declarations: `Symbol.asyncDispose` is in no `lib` of ES2024 or before.
/// <reference lib="esnext.disposable" preserve="true" />
/** Engines and ledgers on this machine's clock, randomness and ids, with the memory store as the default. */
import { arrayDirectory } from './directory/array-directory.ts';
import { settingsBeside } from './engine/cluster/shared-settings.ts';
import { assembleEngine, type Engine } from './engine/engine.ts';
import { type EnginePorts, type EngineSettingsInput, SETTINGS, settingsOf } from './engine/settings.ts';
import { EventHub, type Listener } from './events/event-hub.ts';
import type { EngineEventName } from './events/event-map.ts';
import { readFlag, readFunction } from './input/fields.ts';
import { optional, type ReadShape, readOptions, type ShapeOf, withDefault } from './input/options.ts';
import {
  readCallout,
  readClock,
  readDirectory,
  readIdSource,
  readLogger,
  readRandom,
  readStore,
  readWorkSource,
} from './input/ports.ts';
import { invalid } from './input/refuse.ts';
import { readLimits } from './ledger/input/limits.ts';
import { assembleLedger, type LedgerMethods } from './ledger/ledger.ts';
import type { Identified, Subject } from './model/subject.ts';
import type { WorkflowLimits } from './model/workflow/workflow-limits.ts';
import type { Clock } from './ports/clock.ts';
import type { Directory } from './ports/directory.ts';
import type { Logger } from './ports/logger.ts';
import type { Store } from './ports/store.ts';
import type { AroundTask } from './ports/task-handler.ts';
import type { WorkSource } from './ports/work-source.ts';
import { memoryStore } from './stores/memory/memory-store.ts';
import { systemChannels } from './system/real/channels.ts';
import { systemClock } from './system/real/clock.ts';
import { httpCallout } from './system/real/http-callout.ts';
import { systemLoopDelay } from './system/real/loop-delay.ts';
import { systemIds, systemRandom } from './system/real/random.ts';

/** Options of {@link createEngine}: settings, and the ports that are not the defaults. */
export interface EngineOptions<Person extends Identified = Subject>
  extends EngineSettingsInput<Person>,
    Partial<Pick<EnginePorts, 'clock' | 'random' | 'ids' | 'logger' | 'callout' | 'aroundTask'>> {
  /**
   * Where people come from; its type is what handlers see as `subject`. Default: an empty directory. A promise is
   * awaited: `csvDirectory('people.csv')`.
   */
  readonly directory?: Directory<Person> | Promise<Directory<Person>>;
  /** Where the record is kept. Default: in memory. A promise is awaited: `sqliteStore('tenure.db')`. */
  readonly store?: Store | Promise<Store>;
  /**
   * What hands out the work of runs that several processes share, such as `pgBossSource(store)`. Default: the store
   * itself. A promise is awaited.
   */
  readonly work?: WorkSource | Promise<WorkSource>;
}

/** A library does not print; background failures are `engine.error` events. */
const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const ENGINE_OPTIONS = {
  ...SETTINGS,
  store: optional(readStore),
  directory: optional(readDirectory),
  clock: withDefault(readClock, systemClock),
  random: withDefault(readRandom, systemRandom),
  ids: withDefault(readIdSource, systemIds),
  logger: withDefault(readLogger, silentLogger),
  callout: optional(readCallout),
  work: optional(readWorkSource),
  aroundTask: optional(readFunction<AroundTask>),
} satisfies ShapeOf<EngineOptions>;

/**
 * Makes an engine. Nothing runs until `start()`.
 *
 * @throws LifecycleError `InvalidArgument`, naming the option; or what the opening of the store or directory throws.
 *
 * @example
 * ```ts
 * import { arrayDirectory, createEngine } from 'tenure';
 *
 * const engine = await createEngine({
 *   directory: arrayDirectory([{ id: 'ada' }, { id: 'bob' }]),
 *   tasks: { enableUserAccount: ({ subject }) => console.log('enabling', subject.id) },
 * });
 * const { workflow } = await engine.workflows.ensure({
 *   category: 'joiner',
 *   displayName: 'First day',
 *   executionConditions: 'onDemand',
 *   tasks: [{ taskDefinitionId: 'enableUserAccount' }],
 * });
 * await engine.start();
 * const { id } = await engine.runs.activate(workflow.id, { subjects: ['ada'] });
 * const run = await engine.runs.waitFor(id);
 * console.log(run.processingStatus, run.successfulUsersCount);
 * await engine.close();
 * // → enabling ada
 * // → completed 1
 * ```
 */
export async function createEngine<Person extends Identified = Subject>(
  options?: EngineOptions<Person>,
): Promise<Engine> {
  // Handlers are called with this directory's people only, so from here on their type does not matter.
  return onOpened(options as EngineOptions | undefined, (opened) => {
    const read = readOptions(opened, 'createEngine', ENGINE_OPTIONS);
    const { store = memoryStore(), clock, random, ids, logger, ...rest } = read;
    const {
      directory = arrayDirectory([]),
      callout = httpCallout(),
      work,
      aroundTask,

      ...settings
    } = rest;
    if (work && !store.slices) {
      const place = { path: 'work', value: work };
      throw invalid(
        place,
        'given with a store that several processes write, such as postgresStore()',
        'none of these',
      );
    }
    const given = {
      loopDelay: systemLoopDelay,
      channels: systemChannels,
      commitsInBackground: clock === systemClock,
      ...(work && { work }),
      ...(aroundTask && { aroundTask }),
    };
    return assembleEngine(
      { store, directory, clock, random, ids, logger, callout, ...given },
      settingsOf(settings),
    );
  });
}

/** Options of {@link createLedger}. */
export interface LedgerOptions {
  /** Where the record is kept. Default: in memory. A promise is awaited: `sqliteStore('tenure.db')`. */
  readonly store?: Store | Promise<Store>;
  /** What the moments of records are read from. Default: this machine's clock. */
  readonly clock?: Clock;
  /** See `AggregationOptions`. Default: as the engines on the same database, or `false`. */
  readonly strictFailed?: boolean;
  /** Limits on workflows. Default: those of the engines on the same database, or `LIMIT_PRESETS.default`. */
  readonly limits?: Partial<WorkflowLimits>;
}

const LEDGER_OPTIONS = {
  store: optional(readStore),
  clock: withDefault(readClock, systemClock),
  strictFailed: optional(readFlag),
  limits: optional(readLimits),
} satisfies ShapeOf<LedgerOptions>;

/** A ledger without an engine: for runs that are driven from outside. */
export interface StandaloneLedger extends LedgerMethods {
  /** Calls a function for each event of a name, after the commit that made it. */
  on<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  /** As `on`, for the next event only. */
  once<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  /** Ends what `on` or `once` began, for the same function. */
  off<Name extends EngineEventName>(name: Name, listener: Listener<Name>): void;
  /** Emits the events that are delayed, then closes the store. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Makes a ledger.
 *
 * @throws LifecycleError `InvalidArgument`, naming the option; `SettingsDiffer` while engines run on the same database
 *   with other settings than are given; or what the store's opening throws.
 *
 * @example
 * ```ts
 * import { createLedger } from 'tenure';
 *
 * const ledger = await createLedger();
 * const workflow = await ledger.workflows.createFromTemplate('Offboard an employee');
 * const run = await ledger.runs.create(workflow.id, {
 *   workflowExecutionType: 'onDemand',
 *   scheduledDateTime: '2026-01-31T17:00:00Z',
 *   totalUsersCount: 1,
 *   totalTasksCount: 3,
 * });
 * await ledger.userProcessingResults.create(run.id, {
 *   subject: { id: 'ada' },
 *   processingStatus: 'completed',
 *   totalTasksCount: 3,
 *   failedTasksCount: 0,
 *   totalUnprocessedTasksCount: 0,
 * });
 * console.log((await ledger.runs.get(run.id)).processingStatus); // → completed
 * await ledger.close();
 * ```
 */
export async function createLedger(options?: LedgerOptions): Promise<StandaloneLedger> {
  return onOpened(options, (given) => ledgerOn(readOptions(given, 'createLedger', LEDGER_OPTIONS)));
}

async function ledgerOn(options: ReadShape<typeof LEDGER_OPTIONS>): Promise<StandaloneLedger> {
  const { store = memoryStore(), clock, ...given } = options;
  const { strictFailed, limits } = await settingsBeside(store, clock, given);
  const failed = (error: unknown, eventName: EngineEventName) => {
    if (eventName !== 'engine.error') hub.emit('engine.error', { error, during: 'listening', eventName });
  };
  const hub: EventHub = new EventHub(clock, failed, systemChannels);
  const ledger = assembleLedger(
    {
      store,
      clock,
      ids: systemIds,
      events: hub,
      aggregation: { strictFailed },
      planning: new Set(),
    },
    { limits },
  );
  await ledger.settings.load(); // for the next slot of schedules
  const close = (): Promise<void> => {
    hub.flush();
    return store.close();
  };
  return {
    workflows: ledger.workflows,
    settings: ledger.settings,
    customTaskExtensions: ledger.customTaskExtensions,
    runs: ledger.runs,
    userProcessingResults: ledger.userProcessingResults,
    subjectProcessingResults: ledger.subjectProcessingResults,
    taskProcessingResults: ledger.taskProcessingResults,
    taskReports: ledger.taskReports,
    audit: ledger.audit,
    on: (name, listener) => hub.on(name, listener),
    once: (name, listener) => hub.once(name, listener),
    off: (name, listener) => hub.off(name, listener),
    close,
    [Symbol.asyncDispose]: close,
  };
}

type Opened = Pick<EngineOptions, 'work' | 'store' | 'directory'>;

/**
 * Waits for the store, the directory and the source of work that options promise. They are closed again when one cannot
 * be opened or the options are refused: a caller that passed only a promise could not free the file.
 */
async function onOpened<Options extends Opened, Made>(
  options: Options | undefined,
  make: (options: Options | undefined) => Made | Promise<Made>,
): Promise<Made> {
  const { work, store, directory }: Opened = options ?? {};
  const promised = Object.entries({ work, store, directory }).filter(([, port]) => 'then' in Object(port));
  if (promised.length === 0) return make(options);
  const settled = await Promise.allSettled(promised.map(([, port]) => port));
  try {
    const opened = settled.map((one, index) => {
      if (one.status === 'rejected') throw one.reason;
      return [promised[index]?.[0], one.value] as const;
    });
    return await make({ ...options, ...Object.fromEntries(opened) } as Options);
  } catch (error) {
    // The caller needs to know why nothing was made, also when what was opened cannot be closed.
    await Promise.allSettled(settled.map(async (one) => one.status === 'fulfilled' && one.value?.close?.()));
    throw error;
  }
}
