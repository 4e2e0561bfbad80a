/** A scenario from a record of runs and the directory of its people (decision 39). */
import { readSchedule } from '../../engine/cluster/shared-settings.ts';
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { readFlag, readFunction, readString, readWhole } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { readDirectory, readStore } from '../../input/ports.ts';
import { invalid, type Place } from '../../input/refuse.ts';
import type { UserRecord } from '../../model/records.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store, StoreReader } from '../../ports/store.ts';
import { systemSecret } from '../../system/real/random.ts';
import { numeral, percent, plural } from '../../text/numbers.ts';
import { managerOf } from '../process/behaviour.ts';
import { readScenario } from '../scenario/read-scenario.ts';
import type { Scenario, TaskBehaviour } from '../scenario/scenario.ts';
import { isZone, zoneOf } from '../world/zone.ts';
import { arrivalsOf, Movements } from './arrivals.ts';
import { FiguresTally, type PeriodFigures } from './figures.ts';
import { lastDay, type Period, periodOf } from './period.ts';
import { definitionKey, type RecordedCall, readRuns } from './read-runs.ts';
import { type RecordedPeople, readPeople } from './recorded-people.ts';
import { answeredTasks, OnDemandRuns, scenarioWorkflows } from './recorded-workflows.ts';
import { FailureKinds, TaskTally } from './task-tally.ts';
import { Timeline } from './timeline.ts';

/** Options of {@link scenarioFrom}. */
export interface ScenarioFromOptions {
  /**
   * Where the record begins to count: an ISO 8601 duration before its end (`P90D`), or a date. Default: all of it, from
   * the day of its first run, or of its first workflow up to 31 days earlier.
   */
  readonly since?: string;
  /**
   * `true`: ids become hashes, names and addresses are dropped, and failures keep their code only. Departments, dates and
   * the texts of workflows stay. Default `false`.
   */
  readonly anonymous?: boolean;
  /** Name of the scenario. Default: `From the record of …`. */
  readonly name?: string;
  /** Time zone of days and hours: an IANA name. Default `UTC`. */
  readonly timeZone?: string;
  /** The engine's `concurrency`, which the record does not have, 1..100,000. Default 256. */
  readonly concurrency?: number;
  /** Called again and again, with the share of the work that is done, 0..1. Default: nothing is called. */
  readonly onProgress?: (share: number) => void;
}

/** A scenario, and what the record it was made from says. */
export interface ScenarioFromRecord {
  readonly scenario: Scenario;
  readonly recorded: PeriodFigures;
}

const CONCURRENCY_DEFAULT = 256;
/** A directory that has fewer of the people in runs is another one. */
const KNOWN_SHARE_MIN = 0.2;

const OPTIONS = {
  since: optional(readString),
  anonymous: withDefault(readFlag, false),
  name: optional(readString),
  timeZone: withDefault(readTimeZone, 'UTC'),
  concurrency: optional((place: Place) => readWhole(place, 1, 100_000)),
  onProgress: optional(readFunction<NonNullable<ScenarioFromOptions['onProgress']>>),
} satisfies ShapeOf<ScenarioFromOptions>;

/**
 * Makes a scenario of what a store has recorded: its workflows, the people of the directory as they were at the start,
 * who joined, moved and left, and each task as it was observed. Simulated, it is the recorded time again, in other
 * random draws. Reads the record twice, a page at a time; people are kept in memory.
 *
 * What the record cannot say is in `notes` of the scenario, with what was taken instead.
 *
 * @throws LifecycleError `InvalidArgument` for an empty record, a directory that does not have its people, and a
 *   `since` outside of it; of the store and the directory.
 */
export async function scenarioFrom(
  store: Store,
  directory: Directory,
  options?: ScenarioFromOptions,
): Promise<ScenarioFromRecord> {
  const given = readOptions(options, 'scenarioFrom', OPTIONS);
  readStore({ path: 'store', value: store });
  readDirectory({ path: 'directory', value: directory });
  const zone = zoneOf(given.timeZone);
  const records = await store.listWorkflows();
  const period = await periodOf(store, records, zone, given.since);
  const workflows = records.map(({ workflow }) => workflow).filter((one) => one.deletedDateTime === null);
  if (workflows.length === 0)
    throw new LifecycleError('InvalidArgument', 'Expected a record with workflows, got deleted ones only', {
      field: 'store',
    });
  const schedule = await scheduleOf(store);
  const secret = given.anonymous ? systemSecret() : null;
  const people = await readPeople(directory, workflows, schedule.catchUpDays * DAY_MS, secret);
  const answered = await answeredTasks(store, workflows);
  const record = new RecordReader(store, period, people, workflows, answered, given);
  await record.read();
  const arrivals = arrivalsOf(people, record.movements, period);
  const { entries, notes } = scenarioWorkflows(workflows, record.onDemand, given.anonymous);
  const tasks = record.tasks(workflows, answered);
  const days = `${zone.dayOf(period.startMs)} to ${lastDay(period)}`;
  const scenario: Scenario = {
    name: given.name ?? `From the record of ${days}`,
    start: zone.dayOf(period.startMs),
    horizon: `P${period.days}D`,
    timeZone: zone.name,
    population: { kind: 'given', people: arrivals.people },
    turnover: arrivals.turnover,
    workflows: entries,
    tasks: tasks.behaviours,
    schedule,
    capacity: { concurrency: given.concurrency ?? CONCURRENCY_DEFAULT },
    notes: [
      ...record.notes(records.length - workflows.length),
      ...droppedNotes(people),
      ...arrivals.notes,
      ...notes,
      ...tasks.notes,
      ...generalNotes(given.concurrency, record.peak),
    ],
  };
  // What a scenario cannot say is refused here, by name; people may be many, and are data.
  readScenario({ ...scenario, population: { kind: 'given', people: [] } });
  return { scenario, recorded: record.figures };
}

/** Reads the record twice: when calls were made and failed, then what they were. */
class RecordReader {
  readonly #store: StoreReader;
  readonly #period: Period;
  readonly #people: RecordedPeople;
  readonly #categories: ReadonlyMap<string, Workflow['category']>;
  readonly #isAnonymous: boolean;
  readonly #progress: (share: number) => void;
  readonly #timeline: Timeline;
  readonly #tallies = new Map<string, TaskTally>();
  readonly #kinds = new FailureKinds();
  readonly #figures: FiguresTally;
  readonly movements: Movements;
  readonly onDemand = new OnDemandRuns();
  #users = 0;
  #known = 0;
  #noOps = 0;

  constructor(
    store: StoreReader,
    period: Period,
    people: RecordedPeople,
    workflows: readonly Workflow[],
    answered: ReadonlySet<string>,
    {
      anonymous,
      concurrency,
      onProgress,
    }: Pick<ScenarioFromOptions, 'anonymous' | 'concurrency' | 'onProgress'>,
  ) {
    this.#store = store;
    this.#period = period;
    this.#people = people;
    this.#categories = new Map(workflows.map(({ id, category }) => [id, category]));
    this.#isAnonymous = anonymous ?? false;
    this.#progress = onProgress ?? (() => {});
    this.#timeline = new Timeline(period, concurrency ?? CONCURRENCY_DEFAULT, answered);
    this.#figures = new FiguresTally(period);
    this.movements = new Movements(people);
  }

  get figures(): PeriodFigures {
    return this.#figures.figures();
  }

  get peak(): number {
    return this.#timeline.peak();
  }

  /** @throws LifecycleError `InvalidArgument` when the directory does not have the people. */
  async read(): Promise<void> {
    const { startMs, endMs } = this.#period;
    await readRuns(this.#store, this.#period, {
      run: (run) => {
        this.#progress(Math.min(0.5, (run.scheduledAtMs - startMs) / (endMs - startMs) / 2));
        this.#figures.addRun(run.processingStatus);
        this.onDemand.add(run);
        if (run.isNoOp) this.#noOps += 1;
      },
      users: (run, users) => {
        for (const user of users) this.#addUser(user, run.workflowId);
      },
      call: ({ task, readyMs, startedMs, outcome }) =>
        this.#timeline.add(task, readyMs, startedMs, outcome.completedAtMs, outcome.status === 'failed'),
    });
    this.#requirePeople();
    const outages = new Map<string, ReturnType<Timeline['outages']>>();
    let seen = 0;
    await readRuns(this.#store, this.#period, {
      users: (_, users) => {
        seen += users.length;
        this.#progress(Math.min(1, 0.5 + seen / (2 * this.#users)));
      },
      call: (call) => {
        const known = outages.get(call.task) ?? this.#timeline.outages(call.task);
        outages.set(call.task, known);
        const { readyMs } = call;
        const isIn = known.some(({ fromMs, untilMs }) => readyMs >= fromMs && readyMs < untilMs);
        if (isIn) this.#tallyOf(call.task).addInOutage(call.startedMs - readyMs);
        else this.#addCall(call);
      },
    });
  }

  /** Behaviours by task, for all tasks of the workflows. */
  tasks(workflows: readonly Workflow[], answered: ReadonlySet<string>) {
    const used = workflows.flatMap(({ tasks }) => tasks.map(({ taskDefinitionId: id }) => definitionKey(id)));
    const behaviours: Record<string, TaskBehaviour> = {};
    const notes: string[] = [];
    for (const task of new Set(used)) {
      const tally = this.#tallies.get(task);
      if (!tally) {
        notes.push(`“${task}” was not called in the record: it answers at once and never fails.`);
        continue;
      }
      const isAnswered = answered.has(task);
      behaviours[task] = tally.behaviour(isAnswered, this.#timeline.outages(task));
      if (isAnswered) notes.push(`“${task}” waits for callbacks: what it took is waiting, without a lane.`);
      notes.push(...tally.notes(task));
    }
    return { behaviours, notes };
  }

  /** What a reader should know of the record. */
  notes(deletedWorkflows: number): readonly string[] {
    const { days } = this.#period;
    const { runsCount } = this.figures;
    return [
      `Made from ${plural(runsCount, 'run')} with ${plural(this.#users, 'user result')} in ${plural(days, 'day')}; ${percent(this.#known, this.#users)} of the results are of people in the directory.`,
      ...(this.#noOps > 0
        ? [`${plural(this.#noOps, 'run')} called no handlers (no-op) and say nothing about tasks.`]
        : []),
      ...(deletedWorkflows > 0
        ? [
            `${plural(deletedWorkflows, 'deleted workflow')} are left out; their runs are in the recorded figures.`,
          ]
        : []),
    ];
  }

  #addUser(
    { subjectId, processingStatus, scheduledAtMs, completedAtMs }: UserRecord,
    workflowId: string,
  ): void {
    this.#users += 1;
    if (this.#people.byId.has(subjectId)) this.#known += 1;
    this.#figures.addUser(processingStatus, scheduledAtMs, completedAtMs);
    const category = this.#categories.get(workflowId);
    if (category) this.movements.add(category, workflowId, subjectId);
  }

  #requirePeople(): void {
    if (this.#users === 0)
      throw new LifecycleError('InvalidArgument', 'Expected a record with user results, got none', {
        field: 'store',
      });
    if (this.#known >= KNOWN_SHARE_MIN * this.#users) return;
    throw new LifecycleError(
      'InvalidArgument',
      `Expected the directory to have the people of the record, got ${numeral(this.#known)} of ${plural(this.#users, 'user result')}: is it another directory, or another column of ids?`,
      { field: 'directory' },
    );
  }

  #tallyOf(task: string): TaskTally {
    const tally = this.#tallies.get(task) ?? new TaskTally();
    this.#tallies.set(task, tally);
    return tally;
  }

  #addCall({ task, run, user, readyMs, startedMs, outcome }: RecordedCall): void {
    const tally = this.#tallyOf(task);
    const person = this.#people.byId.get(user.subjectId);
    const endMs = outcome.completedAtMs;
    const isCrowded = this.#timeline.isCrowded(readyMs) || this.#timeline.isCrowded(startedMs);
    const department = person?.department;
    tally.add({
      durationMs: endMs - startedMs,
      waitMs: isCrowded || run.driver === 'external' ? null : Math.max(0, startedMs - readyMs),
      hour: new Date(endMs + this.#period.zone.offsetAt(endMs)).getUTCHours(),
      department: typeof department === 'string' ? department : null,
      manager: person ? managerOf(person) : null,
      failure: outcome.status === 'failed' ? this.#failureOf(outcome, user, person?.displayName) : null,
    });
  }

  #failureOf(
    { code, failureReason }: RecordedCall['outcome'],
    { subjectId }: UserRecord,
    displayName: unknown,
  ) {
    // A reason may name anyone.
    const reason = this.#isAnonymous ? (code ?? 'Failed') : failureReason;
    return this.#kinds.of(code, reason, { id: subjectId, displayName });
  }
}

/** Slots as the store has them. */
async function scheduleOf(store: Store) {
  const { settings, catchUpMs } = await readSchedule(store);
  return { intervalHours: settings.scheduleIntervalMs / HOUR_MS, catchUpDays: catchUpMs / DAY_MS };
}

function droppedNotes({ dropped }: RecordedPeople): readonly string[] {
  return dropped.map(
    (name) =>
      `A workflow reads ${name}, which names people and was dropped: its scope takes others than in the record.`,
  );
}

function generalNotes(concurrency: number | undefined, peak: number): readonly string[] {
  return [
    ...(concurrency === undefined
      ? [
          `Concurrency: not in the record; the default, ${CONCURRENCY_DEFAULT}. At most ${numeral(Math.ceil(peak))} calls were under way, on average over a second.`,
        ]
      : []),
    'Retries: the record has the last attempt of a task and its outcome; the scenario makes one attempt, which fails as often as all attempts did, after the wait that earlier ones took.',
    'Limits and rates of single tasks, processes, and times in which they were off: not in the record; none, and one process.',
    'People count with the department and the manager that the directory has now, also for what was before they moved.',
    'Attributes of people who join are made up, but for their departments, which are those of the directory.',
  ];
}

function readTimeZone(place: Place): string {
  const name = readString(place);
  if (isZone(name)) return name;
  throw invalid(place, 'a time zone such as Europe/Berlin');
}
