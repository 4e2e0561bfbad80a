/**
 * Attributes the time of people, from the moment that they are due to the end of their last task: each moment of each
 * person has one cause. It is notified of events as they happen, and keeps counts and sums only.
 */
import type { DurationMs, EpochMs } from '../../model/time.ts';
import { type TimerEntry, TimerHeap } from '../../system/virtual/timer-heap.ts';
import type { Delay, DelayCause } from './delay.ts';
import { assignPeople, type Bucket, type Handler, isAtLimit, type Station } from './delay-causes.ts';

/** The limits of a task definition's handler. */
export interface TaskLimits {
  /** Name of the handler; definitions with the same one share its limits. */
  readonly handler: string;
  /** Limit of its calls at once; `null`: no limit of its own. */
  readonly concurrency: number | null;
  /** Calls a second that its service accepts, the others wait; `null`: no limit. */
  readonly perSecond: number | null;
  /** Whether the engine itself keeps to the rate: people wait for it before their call. */
  readonly isHeldByEngine?: boolean;
}

/** Options of {@link Delays}. */
export interface DelaysOptions {
  /** The world's present time; it never goes back. */
  readonly now: () => EpochMs;
  /** Limit of calls at once, of all tasks, in each process. */
  readonly concurrency: number;
  /** Processes at the beginning. Default 1. */
  readonly processes?: number;
  /** Limit of calls a second, of all tasks, the others wait; `null`: no limit. */
  readonly callsPerSecond: number | null;
  readonly limitsOf: (definition: string) => TaskLimits;
}

/** Wait of a call before its service accepts it. */
export interface RateWait {
  readonly ms: DurationMs;
  /** Whether it waits for the rate of all tasks, not for that of its own service. */
  readonly isCommon: boolean;
}

/** Ends a call or a pause; the second call does nothing. */
export type End = () => void;

/** Adds up {@link Delay}s. */
export class Delays {
  readonly #options: DelaysOptions;
  readonly #buckets: Bucket[] = [];
  readonly #stations = new Map<string, Station>();
  readonly #handlers = new Map<string, Handler>();
  readonly #directory = this.#bucket('directory');
  readonly #schedule = this.#bucket('schedule');
  readonly #process = this.#bucket('process');
  readonly #concurrency: Bucket;
  readonly #commonRate: Bucket;
  readonly #timers = new TimerHeap();
  #timersCount = 0;
  /** When no process was on; the last time may go on. */
  readonly #downs: { readonly fromMs: EpochMs; untilMs: EpochMs }[] = [];
  /** Processes that are on and awake. */
  #running: number;
  #queued = 0;
  /** People at all stations. */
  #people = 0;
  #calls = 0;
  #atLimitMs: DurationMs = 0;
  #atMs: EpochMs;

  constructor(options: DelaysOptions) {
    this.#options = options;
    this.#atMs = options.now();
    this.#running = options.processes ?? 1;
    this.#concurrency = this.#bucket('concurrency', options.concurrency * this.#running);
    this.#commonRate = this.#bucket('rate', options.callsPerSecond);
  }

  /** Station of a task definition; `task` is its display name. */
  station(definition: string, task: string): Station {
    const known = this.#stations.get(definition);
    if (known) return known;
    const {
      handler: name,
      concurrency,
      perSecond,
      isHeldByEngine = false,
    } = this.#options.limitsOf(definition);
    const handler = this.#handlers.get(name) ?? {
      concurrency,
      isHeldByEngine,
      calls: 0,
      limited: 0,
      atLimitMs: 0,
    };
    this.#handlers.set(name, handler);
    const station = {
      handler,
      tasks: this.#bucket('tasks', null, definition, task),
      retries: this.#bucket('retries', null, definition, task),
      taskConcurrency: this.#bucket('taskConcurrency', concurrency, definition, task),
      rate: this.#bucket('rate', perSecond, definition, task),
      people: 0,
      calls: 0,
      limited: { own: 0, common: 0 },
      paused: 0,
    };
    this.#stations.set(definition, station);
    return station;
  }

  /** Records that a person was added to a run, due since `dueMs` and in the directory since `knownMs`. */
  queued(dueMs: EpochMs, knownMs: EpochMs): void {
    this.#advance();
    this.#queued += 1;
    const sinceMs = Math.min(this.#atMs, Math.max(dueMs, knownMs));
    const downMs = this.#downWithin(sinceMs, this.#atMs);
    this.#directory.totalMs += Math.max(0, sinceMs - dueMs);
    this.#process.totalMs += downMs;
    this.#schedule.totalMs += this.#atMs - sinceMs - downMs;
  }

  /** Records that a person of a run has started, or will not. */
  unqueued(): void {
    this.#advance();
    this.#queued -= 1;
  }

  /** Records that a person has a task of this station next. */
  arrived(station: Station): void {
    this.#advance();
    station.people += 1;
    this.#people += 1;
  }

  /** Records that a person no longer has a task of this station next. */
  left(station: Station): void {
    this.#advance();
    station.people -= 1;
    this.#people -= 1;
  }

  /** Records that a person's next attempt comes in `forMs`. */
  paused(station: Station, forMs: DurationMs): End {
    this.#advance();
    station.paused += 1;
    return this.#timed(forMs, () => {
      station.paused -= 1;
    });
  }

  /** Records that a call has begun, which first waits for a rate. */
  called(station: Station, { ms, isCommon }: RateWait): End {
    this.#advance();
    const { handler } = station;
    const count = (by: 1 | -1): void => {
      station.calls += by;
      handler.calls += by;
      this.#calls += by;
    };
    const countLimited = (by: 1 | -1): void => {
      station.limited[isCommon ? 'common' : 'own'] += by;
      handler.limited += by;
      (isCommon ? this.#commonRate : station.rate).calls += by;
    };
    count(1);
    let endLimited: End = () => {};
    if (ms > 0) {
      countLimited(1);
      endLimited = this.#timed(ms, () => countLimited(-1));
    }
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#advance();
      endLimited();
      count(-1);
    };
  }

  /** Records that so many processes are on and awake. */
  running(processes: number): void {
    this.#advance();
    if ((processes === 0) !== (this.#running === 0)) {
      if (processes === 0) this.#downs.push({ fromMs: this.#atMs, untilMs: Number.POSITIVE_INFINITY });
      else (this.#downs.at(-1) as { untilMs: EpochMs }).untilMs = this.#atMs;
    }
    this.#running = processes;
  }

  get #isFull(): boolean {
    return this.#calls >= this.#options.concurrency * this.#running;
  }

  /** Delays up to now; most time first. Causes that took no time are left out, but for the engine's concurrency. */
  delays(): readonly Delay[] {
    this.#advance();
    const atLimitMs = ({ cause, definition }: Bucket): DurationMs | null => {
      if (cause === 'concurrency') return this.#atLimitMs;
      if (cause !== 'taskConcurrency' || definition === null) return null;
      return this.#stations.get(definition)?.handler.atLimitMs ?? 0;
    };
    return this.#buckets
      .map((bucket): Delay => {
        const { cause, definition, task, limit, totalMs, peopleMax } = bucket;
        return {
          cause,
          definition,
          task,
          limit,
          totalMs: Math.round(totalMs),
          peopleMax: Math.round(peopleMax),
          atLimitMs: atLimitMs(bucket),
        };
      })
      .filter(({ cause, totalMs }) => totalMs > 0 || cause === 'concurrency')
      .sort((a, b) => b.totalMs - a.totalMs);
  }

  // --- time ------------------------------------------------------------------------------------------

  /** Attributes the time up to now, in steps in which nothing changes. */
  #advance(): void {
    const nowMs = this.#options.now();
    for (const { dueMs, callback } of this.#timers.takeDue(nowMs)) {
      this.#spendUntil(dueMs);
      callback();
    }
    this.#spendUntil(nowMs);
  }

  #spendUntil(atMs: EpochMs): void {
    const passedMs = atMs - this.#atMs;
    if (passedMs <= 0) return;
    this.#atMs = atMs;
    const people = this.#queued + this.#people;
    if (this.#running === 0) {
      this.#process.totalMs += people * passedMs;
      this.#process.peopleMax = Math.max(this.#process.peopleMax, people);
      return;
    }
    if (people > 0) {
      assignPeople({
        stations: this.#stations.values(),
        buckets: this.#buckets,
        queued: this.#queued,
        calls: this.#calls,
        isFull: this.#isFull,
        concurrency: this.#concurrency,
        commonRate: this.#commonRate,
      });
      for (const bucket of this.#buckets) {
        if (bucket.people === 0) continue;
        bucket.totalMs += bucket.people * passedMs;
        bucket.peopleMax = Math.max(bucket.peopleMax, bucket.people);
        bucket.people = 0;
      }
    }
    if (this.#isFull) this.#atLimitMs += passedMs;
    for (const handler of this.#handlers.values()) if (isAtLimit(handler)) handler.atLimitMs += passedMs;
  }

  /** What ends by itself after a while, if it is not ended before. */
  #timed(forMs: DurationMs, ended: () => void): End {
    this.#timersCount += 1;
    const dueMs = this.#atMs + Math.max(0, forMs);
    const entry: TimerEntry = {
      dueMs,
      ordinal: this.#timersCount,
      callback: ended,
      isCanceled: false,
      isInHeap: false,
    };
    this.#timers.push(entry);
    return () => {
      this.#advance();
      if (!entry.isInHeap || entry.isCanceled) return;
      this.#timers.cancel(entry);
      ended();
    };
  }

  #downWithin(fromMs: EpochMs, untilMs: EpochMs): DurationMs {
    return this.#downs.reduce(
      (sum, down) => sum + Math.max(0, Math.min(untilMs, down.untilMs) - Math.max(fromMs, down.fromMs)),
      0,
    );
  }

  #bucket(
    cause: DelayCause,
    limit: number | null = null,
    definition: string | null = null,
    task: string | null = null,
  ): Bucket {
    const bucket = {
      cause,
      definition,
      task,
      limit,
      totalMs: 0,
      peopleMax: 0,
      people: 0,
      calls: 0,
    };
    this.#buckets.push(bucket);
    return bucket;
  }
}
