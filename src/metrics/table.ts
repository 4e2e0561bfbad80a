/** The table of metrics: names, kinds, units, labels, buckets, and where each is measured. Pure. */

/** What one metric is. */
export interface MetricDefinition {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** As OpenTelemetry writes units: `s`, `{run}`. */
  readonly unit: string;
  /** `process`: of this engine since it was made. `store`: of all processes on the store, read from it. */
  readonly scope: 'process' | 'store';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of the buckets of a histogram, inclusive, ascending; a last bucket has all above. */
  readonly bounds?: readonly number[];
}

const TASK_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 300];

/** All metrics, by their OpenTelemetry name. Durations are in seconds. */
export const METRICS = {
  'tenure.run.active': {
    kind: 'gauge',
    unit: '{run}',
    scope: 'store',
    help: 'Runs that have not ended.',
    labels: ['workflow', 'status'],
  },
  'tenure.run.waiting.oldest': {
    kind: 'gauge',
    unit: 's',
    scope: 'store',
    help: 'Age of the oldest run that is queued and not paused; 0: none is.',
    labels: [],
  },
  'tenure.run.finished': {
    kind: 'counter',
    unit: '{run}',
    scope: 'process',
    help: 'Runs that ended by a commit of this process.',
    labels: ['workflow', 'status', 'execution_type'],
  },
  'tenure.run.duration': {
    kind: 'histogram',
    unit: 's',
    scope: 'process',
    help: 'From the start of the first user of a run to its end.',
    labels: ['workflow', 'status'],
    bounds: [1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400],
  },
  'tenure.user.finished': {
    kind: 'counter',
    unit: '{user}',
    scope: 'process',
    help: 'Users of runs whose result became final.',
    labels: ['workflow', 'status'],
  },
  'tenure.user.latency': {
    kind: 'histogram',
    unit: 's',
    scope: 'process',
    help: 'From the moment for which a user was scheduled to their final result.',
    labels: ['workflow'],
    bounds: [60, 300, 900, 3_600, 10_800, 21_600, 86_400, 259_200],
  },
  'tenure.task.duration': {
    kind: 'histogram',
    unit: 's',
    scope: 'process',
    help: 'One attempt of a task, by how it ended and, if it failed, by its code; a wait for a callback counts.',
    labels: ['task', 'outcome', 'error_type'],
    bounds: TASK_BOUNDS,
  },
  'tenure.task.retries': {
    kind: 'counter',
    unit: '{attempt}',
    scope: 'process',
    help: 'Attempts that failed and are repeated.',
    labels: ['task'],
  },
  'tenure.task.interruptions': {
    kind: 'counter',
    unit: '{attempt}',
    scope: 'process',
    help: 'Attempts that another process was possibly making when it died.',
    labels: ['task'],
  },
  'tenure.task.throttled': {
    kind: 'counter',
    unit: '{attempt}',
    scope: 'process',
    help: 'Attempts that had to wait for the rate of their handler.',
    labels: ['task'],
  },
  'tenure.callback.waiting': {
    kind: 'gauge',
    unit: '{task}',
    scope: 'process',
    help: 'Tasks that wait for the answer of a custom task extension.',
    labels: ['task'],
  },
  'tenure.schedule.lag': {
    kind: 'histogram',
    unit: 's',
    scope: 'process',
    help: 'From a slot of the schedule to its evaluation.',
    labels: ['workflow'],
    bounds: [1, 5, 30, 60, 300, 900, 3_600, 10_800],
  },
  'tenure.schedule.skipped': {
    kind: 'counter',
    unit: '{slot}',
    scope: 'process',
    help: 'Slots that were missed and are not evaluated.',
    labels: ['workflow'],
  },
  'tenure.schedule.next': {
    kind: 'gauge',
    unit: 's',
    scope: 'store',
    help: 'First slot of a scheduled workflow that was not evaluated, in seconds since 1970; in the past: it is late.',
    labels: ['workflow'],
  },
  'tenure.workflow.quarantined': {
    kind: 'gauge',
    unit: '{workflow}',
    scope: 'store',
    help: '1: the workflow is in quarantine, and makes no scheduled runs.',
    labels: ['workflow'],
  },
  'tenure.workflow.paused': {
    kind: 'gauge',
    unit: '{workflow}',
    scope: 'store',
    help: '1: the runs of the workflow are paused.',
    labels: ['workflow'],
  },
  'tenure.lane.used': {
    kind: 'gauge',
    unit: '{lane}',
    scope: 'process',
    help: 'Lanes with a running handler.',
    labels: [],
  },
  'tenure.lane.limit': {
    kind: 'gauge',
    unit: '{lane}',
    scope: 'process',
    help: 'Handlers that may run at once (the setting concurrency).',
    labels: [],
  },
  'tenure.commit.duration': {
    kind: 'histogram',
    unit: 's',
    scope: 'process',
    help: 'Commits of outcomes, repetitions after an error included.',
    labels: [],
    bounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  'tenure.commit.events': {
    kind: 'counter',
    unit: '{event}',
    scope: 'process',
    help: 'Starts and outcomes in these commits.',
    labels: [],
  },
  'tenure.handler.unsettled': {
    kind: 'gauge',
    unit: '{handler}',
    scope: 'process',
    help: 'Handlers that were aborted and have not settled.',
    labels: [],
  },
  'tenure.loop.delay': {
    kind: 'gauge',
    unit: 's',
    scope: 'process',
    help: 'Delay of the event loop: 99 of 100 turns were at most so late.',
    labels: [],
  },
  'tenure.engine.errors': {
    kind: 'counter',
    unit: '{error}',
    scope: 'process',
    help: 'Failures outside of any call (engine.error), by what the engine was doing.',
    labels: ['during'],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric. */
export type MetricName = keyof typeof METRICS;
