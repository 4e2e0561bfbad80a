/**
 * Settings on which all engines of one store must agree, and which of them are running (decision 21). The first engine
 * keeps its settings in the store; later ones compare theirs at the start.
 */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { EventSink } from '../../events/event-map.ts';
import { createSettings } from '../../ledger/methods/settings.ts';
import { notesUnder } from '../../ledger/notes.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Note } from '../../model/records.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { DEFAULT_LIMITS } from '../../model/workflow/workflow-limits.ts';
import type { Clock, Timer } from '../../ports/clock.ts';
import type { Store, StoreReader } from '../../ports/store.ts';
import type { EngineSettings, EngineSettingsInput } from '../settings.ts';

/** What engines on one store must agree on, as `createEngine` takes it. */
export type SharedSettingsInput = Pick<
  EngineSettingsInput,
  'noOp' | 'scheduleIntervalHours' | 'catchUpDays' | 'strictFailed' | 'limits'
>;

/** Name of the setting in the store. */
const NAME = 'engineSettings';
/** Notes of the running engines: when each was last heard, epoch ms. */
const ENGINES = 'engines';

/** What {@link SharedSettings} works with. */
export interface SharedSettingsDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly settings: EngineSettings;
  /** Names this engine in the store. */
  readonly engineId: string;
}

/** The settings that the engines of a store agree on; nothing while no engine of several has run on it. */
export async function readSharedSettings(store: StoreReader): Promise<SharedSettingsInput> {
  const text = (await store.getSetting(NAME)) ?? '{}';
  // JSON has no infinity, which is a limit that does not limit.
  return JSON.parse(text, (_, value) => (value === null ? Number.POSITIVE_INFINITY : value));
}

/** The schedule of a store as its engines have it, for readers without an engine. */
export async function readSchedule(store: Store) {
  const { catchUpDays = LIMITS.catchUpDays, scheduleIntervalHours = LIMITS.scheduleIntervalHours } =
    await readSharedSettings(store);
  const settings = createSettings(
    store,
    scheduleIntervalHours * HOUR_MS,
    async () => {},
    () => {},
  );
  await settings.load();
  return { settings, catchUpMs: catchUpDays * DAY_MS };
}

/** Settings of a ledger that works without an engine. */
type LedgerSettings = Pick<EngineSettings, 'strictFailed' | 'limits'>;

/**
 * The settings of a ledger that may work beside engines: those that are given, and for the others those of the engines.
 *
 * @throws LifecycleError `SettingsDiffer` while engines run with others than are given.
 */
export async function settingsBeside(
  store: Store,
  clock: Clock,
  given: Partial<LedgerSettings>,
): Promise<LedgerSettings> {
  const kept = store.slices ? await readSharedSettings(store) : {};
  const difference = firstDifference(kept, given);
  if (difference !== null && (await runningEngines(store, clock)) > 0)
    throw differs(difference, 'leave it out to have theirs');
  const { strictFailed = false, limits = {} } = { ...kept, ...given };
  return { strictFailed, limits: { ...DEFAULT_LIMITS, ...limits } };
}

/** How many engines run on a store that several may share. */
export async function runningEngines(store: StoreReader, clock: Clock): Promise<number> {
  let running = 0;
  for await (const note of notesUnder(store, ENGINES, '')) if (!isSilent(note, clock)) running += 1;
  return running;
}

/** Clocks of processes differ: a moment in the near future is recent, too. */
function isSilent({ body }: Pick<Note, 'body'>, clock: Clock): boolean {
  return Math.abs(clock.now() - Number(body)) > LIMITS.engineSilenceMs;
}

/** One engine among those of a store. Does nothing on a store that one process writes. */
export class SharedSettings {
  readonly #deps: SharedSettingsDeps;
  #timer: Timer | null = null;
  #isOpen = false;

  constructor(deps: SharedSettingsDeps) {
    this.#deps = deps;
  }

  /** @throws LifecycleError `SettingsDiffer` while engines with other settings run; of the store. */
  async open(): Promise<void> {
    const { store, settings } = this.#deps;
    if (!store.slices) return;
    await store.transaction(async (tx) => {
      const kept = await readSharedSettings(tx);
      const ours = sharedOf(settings);
      const isAlone = (await this.#removeSilent(tx)) === 0;
      const difference = settings.replaceSettings || isAlone ? null : firstDifference(kept, ours);
      if (difference) throw differs(difference);
      await tx.putSetting(NAME, JSON.stringify({ ...kept, ...ours }));
      await tx.putNotes([this.#note()]);
    });
    this.#isOpen = true;
    this.#sayLater();
  }

  /** Removes this engine from the store: engines with other settings may start. */
  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.abandon();
    const { store, engineId } = this.#deps;
    await this.#report(store.transaction((tx) => tx.deleteNotes(ENGINES, [engineId])));
  }

  /** Ends without the store, for which this engine is silent from now on. */
  abandon(): void {
    this.#isOpen = false;
    this.#timer?.cancel();
  }

  #sayLater(): void {
    this.#timer = this.#deps.clock.setTimer(LIMITS.engineSilenceMs / 3, () => {
      const said = this.#deps.store.transaction(async (tx) => {
        if (this.#isOpen) await tx.putNotes([this.#note()]);
      });
      void this.#report(said).then(() => {
        if (this.#isOpen) this.#sayLater();
      });
    });
  }

  /** Removes the notes of engines that are silent, and returns the number of the others. */
  async #removeSilent(tx: Parameters<Parameters<Store['transaction']>[0]>[0]): Promise<number> {
    const { clock, engineId } = this.#deps;
    const silent: string[] = [];
    let others = 0;
    for await (const note of notesUnder(tx, ENGINES, '')) {
      if (note.key === engineId) continue;
      if (isSilent(note, clock)) silent.push(note.key);
      else others += 1;
    }
    if (silent.length > 0) await tx.deleteNotes(ENGINES, silent);
    return others;
  }

  #note(): { readonly collection: string; readonly key: string; readonly body: string } {
    return { collection: ENGINES, key: this.#deps.engineId, body: String(this.#deps.clock.now()) };
  }

  async #report(done: Promise<void>): Promise<void> {
    try {
      await done;
    } catch (error) {
      this.#deps.events.emit('engine.error', { error, during: 'announcingEngine' });
    }
  }
}

/** A setting that two engines have differently. */
interface Difference {
  readonly setting: string;
  readonly kept: unknown;
  readonly given: unknown;
}

function sharedOf(settings: EngineSettings): Required<SharedSettingsInput> {
  return {
    noOp: settings.noOp,
    scheduleIntervalHours: settings.scheduleIntervalMs / HOUR_MS,
    catchUpDays: settings.catchUpMs / DAY_MS,
    strictFailed: settings.strictFailed,
    limits: settings.limits,
  };
}

/** A setting that `kept` does not have, since it is of an older version, does not differ. */
function firstDifference(kept: SharedSettingsInput, given: SharedSettingsInput): Difference | null {
  const before = new Map(entriesOf(kept));
  for (const [setting, value] of entriesOf(given)) {
    if (before.has(setting) && before.get(setting) !== value)
      return { setting, kept: before.get(setting), given: value };
  }
  return null;
}

function entriesOf({ limits = {}, ...settings }: SharedSettingsInput): [string, unknown][] {
  return [
    ...Object.entries(settings),
    ...Object.entries(limits).map(([name, value]): [string, unknown] => [`limits.${name}`, value]),
  ];
}

const STOP = `stop those first (one that was killed counts for ${LIMITS.engineSilenceMs / 1_000} s), or start with \`replaceSettings: true\``;

function differs({ setting, kept, given }: Difference, remedy = STOP): LifecycleError<'SettingsDiffer'> {
  return new LifecycleError(
    'SettingsDiffer',
    `Expected ${setting} to be \`${kept}\`, as in the engines that run on this database, got \`${given}\`; ${remedy}`,
    { setting, kept, given },
  );
}
