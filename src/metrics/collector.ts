/** Collects the metrics of one engine from its events, its commits and the attempts of its tasks. */
import { ENGINE_ACTIVITIES } from '../events/engine-activity.ts';
import type { EngineEventMap, EngineEventName } from '../events/event-map.ts';
import type { RunRecord, UserRecord } from '../model/records.ts';
import type { UserStatus } from '../model/status.ts';
import type { DurationMs } from '../model/time.ts';
import type { Metric } from './engine-metrics.ts';
import { type Histogram, HistogramFamily, NumberFamily, type Tally } from './families.ts';

/** How an attempt ended. `retried`: it failed, and is repeated; `throttled`: it came too early, and does not count. */
export type AttemptOutcome =
  | 'completed'
  | 'failed'
  | 'retried'
  | 'throttled'
  | 'suspended'
  | 'canceled'
  | 'abandoned';

type TaskTally = 'retries' | 'interruptions' | 'throttled';

/** The metrics of one task definition; attempts are counted without a look-up. */
export class TaskMeter {
  /** Of attempts that have no code: codes are not bounded here, but in their family. */
  readonly #durations: Partial<Record<AttemptOutcome, Histogram>> = {};
  readonly #of: (outcome: AttemptOutcome, code: string) => Histogram;
  readonly #retries: Tally;
  readonly #interruptions: Tally;
  readonly #throttled: Tally;

  constructor(
    of: (outcome: AttemptOutcome, code: string) => Histogram,
    tallies: Readonly<Record<TaskTally, Tally>>,
  ) {
    this.#of = of;
    this.#retries = tallies.retries;
    this.#interruptions = tallies.interruptions;
    this.#throttled = tallies.throttled;
  }

  /** An attempt has ended. @param code of its failure; empty: it has not failed. */
  attempted(outcome: AttemptOutcome, ms: DurationMs, code = ''): void {
    let histogram = code === '' ? this.#durations[outcome] : this.#of(outcome, code);
    if (histogram === undefined) {
      histogram = this.#of(outcome, code);
      this.#durations[outcome] = histogram;
    }
    histogram.add(ms);
    if (outcome === 'retried') this.#retries.value += 1;
  }

  /** A task had to wait for the rate of its handler, or because the handler is held back. */
  throttled(): void {
    this.#throttled.value += 1;
  }

  /** An attempt of a process that died was taken over. */
  interrupted(): void {
    this.#interruptions.value += 1;
  }
}

/** The series of an engine. */
export class Collector {
  readonly #runsFinished = new NumberFamily('tenure.run.finished');
  readonly #runDurations = new HistogramFamily('tenure.run.duration');
  readonly #usersFinished = new NumberFamily('tenure.user.finished');
  readonly #latencies = new HistogramFamily('tenure.user.latency');
  readonly #taskDurations = new HistogramFamily('tenure.task.duration');
  readonly #retries = new NumberFamily('tenure.task.retries');
  readonly #interruptions = new NumberFamily('tenure.task.interruptions');
  readonly #throttled = new NumberFamily('tenure.task.throttled');
  readonly #lags = new HistogramFamily('tenure.schedule.lag');
  readonly #skipped = new NumberFamily('tenure.schedule.skipped');
  readonly #commits = new HistogramFamily('tenure.commit.duration');
  readonly #commitEvents = new NumberFamily('tenure.commit.events');
  readonly #errors = new NumberFamily('tenure.engine.errors');
  readonly #tasks = new Map<string, TaskMeter>();

  constructor() {
    for (const during of Object.keys(ENGINE_ACTIVITIES)) this.#errors.of(during);
  }

  /**
   * There is a workflow of this name. What alerts count has a series from then on: the rate of a counter that appears
   * with its first value does not have that value.
   */
  hasWorkflow(displayName: string): void {
    this.#usersFinished.of(displayName, 'failed');
    this.#usersFinished.of(displayName, 'completedWithErrors');
  }

  /** The meter of the task with this label. */
  task(label: string): TaskMeter {
    const known = this.#tasks.get(label);
    if (known) return known;
    const made = new TaskMeter((outcome, code) => this.#taskDurations.of(label, outcome, code), {
      retries: this.#retries.of(label),
      interruptions: this.#interruptions.of(label),
      throttled: this.#throttled.of(label),
    });
    this.#tasks.set(label, made);
    return made;
  }

  /** A commit was made. */
  committed(ms: DurationMs, events: number): void {
    this.#commits.of().add(ms);
    this.#commitEvents.of().value += events;
  }

  /** A commit has changed these users of a run. */
  changed(run: RunRecord, users: readonly UserRecord[]): void {
    if (run.workflowExecutionType === 'preview') return;
    let latencies: Histogram | null = null;
    // Users of one commit mostly end alike: their counter is looked up once.
    let [status, finished]: [UserStatus | null, Tally] = [null, { value: 0 }];
    for (const { processingStatus, scheduledAtMs, completedAtMs } of users) {
      if (completedAtMs === null) continue;
      latencies ??= this.#latencies.of(run.workflowDisplayName);
      latencies.add(completedAtMs - scheduledAtMs);
      if (processingStatus !== status) {
        status = processingStatus;
        finished = this.#usersFinished.of(run.workflowDisplayName, status);
      }
      finished.value += 1;
    }
  }

  /** A slot of a workflow was evaluated, so late. */
  slotEvaluated(workflow: string, lagMs: DurationMs): void {
    this.#lags.of(workflow).add(lagMs);
  }

  /** A slot of a workflow was missed and is not evaluated. */
  slotSkipped(workflow: string): void {
    this.#skipped.of(workflow).value += 1;
  }

  /** An event was emitted. */
  heard<Name extends EngineEventName>(name: Name, payload: EngineEventMap[Name]): void {
    if (name === 'run.finished') this.#runFinished(payload as EngineEventMap['run.finished']);
    else if (name === 'engine.error')
      this.#errors.of((payload as EngineEventMap['engine.error']).during).value += 1;
  }

  /** The metrics so far. */
  metrics(): readonly Metric[] {
    return [
      this.#runsFinished,
      this.#runDurations,
      this.#usersFinished,
      this.#latencies,
      this.#taskDurations,
      this.#retries,
      this.#interruptions,
      this.#throttled,
      this.#lags,
      this.#skipped,
      this.#commits,
      this.#commitEvents,
      this.#errors,
    ].map((family) => family.metric());
  }

  #runFinished({ run }: EngineEventMap['run.finished']): void {
    const { processingStatus, workflowExecutionType, startedDateTime, completedDateTime } = run;
    const { displayName } = run.workflow;
    this.#runsFinished.of(displayName, processingStatus, workflowExecutionType).value += 1;
    if (startedDateTime === null || completedDateTime === null) return;
    this.#runDurations
      .of(displayName, processingStatus)
      .add(Date.parse(completedDateTime) - Date.parse(startedDateTime));
  }
}
