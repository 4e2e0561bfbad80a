/** Behaviour of simulated tasks. Every draw belongs to (workflow, person, draw key, task, attempt). */
import { Suspension } from '../../engine/handlers/callbacks/suspension.ts';
import { handlerKey } from '../../engine/handlers/handlers.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  TaskContext,
  TaskHandler,
  TaskHandlerOptions,
  TaskHandlerResult,
} from '../../ports/task-handler.ts';
import { drawFor, hashOf } from '../../system/virtual/random.ts';
import type { End, RateWait, TaskLimits } from '../metrics/delays.ts';
import type { DurationShape } from '../scenario/duration-shape.ts';
import type { FailureRule, TaskBehaviour } from '../scenario/scenario.ts';
import { durationFor } from './durations.ts';

/** What a behaviour needs from the simulated world. */
export interface BehaviourDeps {
  readonly seed: number;
  /** Clock of the process that makes the calls. */
  readonly clock: Clock;
  /** The world's present time: outages follow it, not the clock of the process, which may be wrong. */
  readonly now: () => EpochMs;
  momentOf(text: string): EpochMs;
  /** The hour of the day at a moment, in the zone of the scenario: 0..23. */
  hourOf(atMs: EpochMs): number;
  /** Draw key of a call: workflow, event and task, the same in every scenario with the same people. */
  keyOf(context: TaskContext): string;
  /** Notified when a call that takes time has begun; the returned function ends it. */
  readonly began: (context: TaskContext, wait: RateWait) => End;
  /** Notified when a person begins to wait before a call. */
  readonly waits: (context: TaskContext, ms: DurationMs) => void;
  /** Notified when a call has been made. */
  readonly called: (durationMs: DurationMs) => void;
  /** Rate limit shared by the calls of all tasks. */
  readonly gate: RateGate | null;
  /** Rate limits of services by task, which the processes share. Default: those of one process, new with each engine. */
  readonly gates?: Map<string, RateGate>;
}

/** Indexes of the draws of a call. */
const DRAW = { failure: 0, duration: 1, hang: 2, wait: 3, rules: 16 } as const;

/** Rate limiter: each call gets the moment at which it may begin. */
export class RateGate {
  readonly #everyMs: number;
  readonly #now: () => EpochMs;
  #freeMs = 0;

  constructor(perSecond: number, now: () => EpochMs) {
    this.#everyMs = 1_000 / perSecond;
    this.#now = now;
  }

  /** Queues a call that comes now, and returns how long it has to wait, ms. */
  enter(): DurationMs {
    const nowMs = this.#now();
    const startMs = Math.max(nowMs, this.#freeMs);
    this.#freeMs = startMs + this.#everyMs;
    return Math.ceil(startMs - nowMs);
  }

  /** Whether a call that comes now is within the rate; if so, it is counted. */
  admits(): boolean {
    if (this.#freeMs > this.#now()) return false;
    this.enter();
    return true;
  }
}

/** Handlers that behave as a scenario says; tasks that it does not name answer at once. */
export function handlersOf(
  tasks: Readonly<Record<string, TaskBehaviour>>,
  deps: BehaviourDeps,
): Readonly<Record<string, TaskHandler>> {
  const all = { '*': {}, ...tasks };
  return Object.fromEntries(
    Object.entries(all).map(([name, task]) => [name, handlerOf(task, deps, gateOf(name, task, deps))]),
  );
}

/** Limits of each task definition's handler in all processes, which share the rate of a service. */
export function limitsOf(
  tasks: Readonly<Record<string, TaskBehaviour>>,
  processes: number,
): (definition: string) => TaskLimits {
  const names = new Map(Object.keys(tasks).map((name) => [handlerKey(name), name]));
  return (definition) => {
    const handler = names.get(handlerKey(definition)) ?? '*';
    const { concurrency = null, rate, handlerRate } = tasks[handler] ?? {};
    const accepted = rate && rate.whenExceeded !== 'fail' ? rate.perSecond : Number.POSITIVE_INFINITY;
    const started = handlerRate
      ? (handlerRate.limit / handlerRate.intervalMs) * 1_000 * processes
      : Number.POSITIVE_INFINITY;
    const perSecond = Math.min(accepted, started);
    return {
      handler,
      concurrency: concurrency === null ? null : concurrency * processes,
      perSecond: Number.isFinite(perSecond) ? perSecond : null,
      isHeldByEngine: handlerRate !== undefined,
    };
  };
}

function gateOf(name: string, { rate }: TaskBehaviour, { gates, now }: BehaviourDeps): RateGate | null {
  if (!rate) return null;
  const gate = gates?.get(name) ?? new RateGate(rate.perSecond, now);
  gates?.set(name, gate);
  return gate;
}

function handlerOf(task: TaskBehaviour, deps: BehaviourDeps, gate: RateGate | null): TaskHandlerOptions {
  const { timeoutMs, retry, concurrency, handlerRate } = task;
  return {
    run: isNoOp(task) && deps.gate === null ? () => deps.called(0) : new SimulatedTask(task, deps, gate).run,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(retry === undefined ? {} : { retry }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(handlerRate === undefined ? {} : { rate: handlerRate }),
  };
}

function isNoOp(task: TaskBehaviour): boolean {
  const { duration, wait, failureProbability = 0, failures, outages, hang, rate } = task;
  const takesNoTime = duration === undefined || (duration.kind === 'fixed' && duration.ms === 0);
  return takesNoTime && !wait && failureProbability === 0 && !failures && !outages && !hang && !rate;
}

interface Span {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

function isIn({ fromMs, untilMs }: Span, nowMs: EpochMs): boolean {
  return nowMs >= fromMs && nowMs < untilMs;
}

interface Rule extends Span {
  readonly rule: FailureRule;
  /** `null`: all. */
  readonly departments: ReadonlySet<string> | null;
  readonly managers: ReadonlySet<string> | null;
  readonly hours: ReadonlySet<number> | null;
}

/** The id of a person's manager, which directories give as it is or as a reference; `null`: none is known. */
export function managerOf({ manager }: Subject): string | null {
  const id = typeof manager === 'object' && manager !== null ? (manager as Partial<Subject>).id : manager;
  return typeof id === 'string' && id !== '' ? id : null;
}

function failureOf({ reason = 'Failed', code }: FailureRule): Error {
  return Object.assign(new Error(reason), code === undefined ? {} : { code });
}

class SimulatedTask {
  readonly #task: TaskBehaviour;
  readonly #deps: BehaviourDeps;
  readonly #outages: readonly (Span & {
    readonly reason: string;
    readonly wait: DurationShape | undefined;
  })[];
  readonly #rules: readonly Rule[];
  readonly #gate: RateGate | null;
  /** Users whose wait before the call has begun. */
  readonly #waiting = new Set<string>();

  constructor(task: TaskBehaviour, deps: BehaviourDeps, gate: RateGate | null) {
    this.#task = task;
    this.#deps = deps;
    const span = (from: string | undefined, until: string | undefined): Span => ({
      fromMs: from === undefined ? Number.NEGATIVE_INFINITY : deps.momentOf(from),
      untilMs: until === undefined ? Number.POSITIVE_INFINITY : deps.momentOf(until),
    });
    this.#outages = (task.outages ?? []).map(({ from, until, reason = 'Service unavailable', wait }) => ({
      ...span(from, until),
      reason,
      wait,
    }));
    const setOf = <T>(some: readonly T[] | undefined) => (some === undefined ? null : new Set(some));
    this.#rules = (task.failures ?? []).map((rule) => ({
      ...span(rule.from, rule.until),
      rule,
      departments: setOf(rule.departments),
      managers: setOf(rule.managers),
      hours: setOf(rule.hours),
    }));
    this.#gate = gate;
  }

  /** The handler of the task. */
  readonly run = (context: TaskContext): TaskHandlerResult | Promise<undefined> => {
    const key = this.#keyOf(context);
    const waiting = this.#waitBefore(context, key);
    if (waiting) return waiting as never; // the engine’s own result, which hosts do not have
    const { duration, hang, rate } = this.#task;
    const attempt = context.attempt * 1_024;
    if (rate?.whenExceeded === 'fail' && this.#gate && !this.#gate.admits()) {
      this.#deps.called(0);
      throw new Error('Too many requests');
    }
    const ownMs = rate?.whenExceeded === 'fail' ? 0 : (this.#gate?.enter() ?? 0);
    const commonMs = this.#deps.gate?.enter() ?? 0;
    const wait = { ms: Math.max(ownMs, commonMs), isCommon: commonMs > ownMs };
    const hangs = hang !== undefined && drawFor(key, attempt + DRAW.hang) < hang.probability;
    const takesMs = wait.ms + (duration ? durationFor(duration, drawFor(key, attempt + DRAW.duration)) : 0);
    if (takesMs === 0 && !hangs) {
      this.#deps.called(0);
      this.#fail(context, key);
      return undefined;
    }
    const ended = this.#deps.began(context, wait);
    return this.#takeTime(context, key, hangs ? null : takesMs, ended);
  };

  /** The wait before the first attempt; `null`: there is none, or it is over. */
  #waitBefore(context: TaskContext, key: number): Suspension | null {
    if (context.attempt > 1 || this.#waiting.delete(context.idempotencyKey)) return null;
    const wait = this.#outageNow()?.wait ?? this.#task.wait;
    if (!wait) return null;
    const ms = durationFor(wait, drawFor(key, context.attempt * 1_024 + DRAW.wait));
    if (ms === 0) return null;
    this.#waiting.add(context.idempotencyKey);
    this.#deps.waits(context, ms);
    const nowMs = this.#deps.clock.now();
    return new Suspension(nowMs, nowMs + ms);
  }

  /** `takesMs` `null`: it never answers. */
  #takeTime(context: TaskContext, key: number, takesMs: DurationMs | null, ended: End): Promise<undefined> {
    const { clock, called } = this.#deps;
    const ignoresAbort = this.#task.hang?.ignoresAbort === true;
    const startedMs = clock.elapsed();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        ended();
        called(clock.elapsed() - startedMs);
        settle();
      };
      const timer =
        takesMs === null
          ? null
          : clock.setTimer(takesMs, () => {
              context.signal.removeEventListener('abort', abort);
              end(() => {
                try {
                  this.#fail(context, key);
                  resolve(undefined);
                } catch (error) {
                  reject(error);
                }
              });
            });
      const abort = (): void => {
        timer?.cancel();
        end(() => reject(context.signal.reason));
      };
      if (takesMs !== null || !ignoresAbort) context.signal.addEventListener('abort', abort, { once: true });
    });
  }

  #outageNow() {
    const nowMs = this.#deps.now();
    return this.#outages.find((outage) => isIn(outage, nowMs));
  }

  /** Throws if this call fails now. */
  #fail(context: TaskContext, key: number): void {
    const nowMs = this.#deps.now();
    const outage = this.#outageNow();
    if (outage) throw new Error(outage.reason);
    const attempt = context.attempt * 1_024;
    const { subject } = context;
    for (const [at, entry] of this.#rules.entries()) {
      const { rule } = entry;
      const { departments, managers, hours } = entry;
      if (!isIn(entry, nowMs)) continue;
      if (departments && !departments.has(String(subject.department))) continue;
      if (managers && !managers.has(managerOf(subject) ?? '')) continue;
      if (hours && !hours.has(this.#deps.hourOf(nowMs))) continue;
      const draw = drawFor(key, (rule.persistent ? 0 : attempt) + DRAW.rules + at);
      if (draw < rule.probability) throw failureOf(rule);
    }
    if (drawFor(key, attempt + DRAW.failure) < (this.#task.failureProbability ?? 0))
      throw new Error('Failed');
  }

  #keyOf(context: TaskContext): number {
    return hashOf(`${this.#deps.seed}|${context.subject.id}|${this.#deps.keyOf(context)}`);
  }
}
