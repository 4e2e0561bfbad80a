/** What a task did in a record, and the behaviour that does the same. */
import { HANDLER_FAILED } from '../../model/failures.ts';
import type { DurationMs } from '../../model/time.ts';
import { maskReason } from '../../rules/failures/mask.ts';
import { duration, numeral, percent, plural } from '../../text/numbers.ts';
import { Histogram } from '../metrics/histogram.ts';
import { DURATION_MAX_MS, type DurationShape } from '../scenario/duration-shape.ts';
import type { FailureRule, TaskBehaviour } from '../scenario/scenario.ts';
import { type Group, splitOf } from './dependence.ts';
import type { Outage } from './timeline.ts';

/** What is known of a call. */
export interface TalliedCall {
  readonly durationMs: DurationMs;
  /** How long the person waited for it; `null`: they may have waited for a lane. */
  readonly waitMs: DurationMs | null;
  /** Hour of the day of its end, 0..23. */
  readonly hour: number;
  /** `null`: not known. */
  readonly department: string | null;
  readonly manager: string | null;
  /** `null`: it completed. */
  readonly failure: { readonly code: string; readonly reason: string } | null;
}

type Attribute = 'department' | 'hour' | 'manager';

/** Counts by attribute. */
class Counts {
  total = 0;
  readonly by = {
    department: new Map<string, number>(),
    hour: new Map<string, number>(),
    manager: new Map<string, number>(),
  };

  add({ department, hour, manager }: TalliedCall): void {
    this.total += 1;
    count(this.by.department, department);
    count(this.by.hour, String(hour));
    count(this.by.manager, manager);
  }
}

function count(counts: Map<string, number>, key: string | null): void {
  if (key === null || (counts.size >= GROUPS_MAX && !counts.has(key))) return;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

interface FailureTally {
  readonly code: string;
  readonly reason: string;
  readonly counts: Counts;
}

/** Values of an attribute that are counted, at most. */
const GROUPS_MAX = 20_000;
/** Kinds of failures of a task; the others are one. */
const KINDS_MAX = 12;
const REASON_LENGTH_MAX = 256;
/** Fewer calls say little. */
const CALLS_MIN = 20;
/** Where 999 of 1,000 waits are shorter, they are those of the engine itself. */
const WAIT_SHARE = 0.999;
const WAIT_MIN_MS: DurationMs = 1_000;
/** Points of a measured distribution. */
const SHARES = [
  0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1,
] as const;

/** Collects the calls of a task outside of its outages. */
export class TaskTally {
  readonly #durations = new Histogram();
  readonly #waits = new Histogram();
  /** Of people who were ready in an outage. */
  readonly #waitsInOutages = new Histogram();
  readonly #calls = new Counts();
  readonly #failures = new Map<string, FailureTally>();

  add(call: TalliedCall): void {
    this.#durations.add(call.durationMs);
    if (call.waitMs !== null) this.#waits.add(call.waitMs);
    this.#calls.add(call);
    if (call.failure) this.#kindOf(call.failure).counts.add(call);
  }

  /** A call for a person who was ready for it in an outage. */
  addInOutage(waitMs: DurationMs): void {
    this.#waitsInOutages.add(Math.max(0, waitMs));
  }

  /** @param isAnswered whether the task waits for callbacks, so that what it took was waiting. */
  behaviour(isAnswered: boolean, outages: readonly Outage[]): TaskBehaviour {
    const measured = quantiles(this.#durations);
    const wait = isAnswered ? measured : waitsOf(this.#waits);
    const waitInOutages = waitsOf(this.#waitsInOutages);
    const failures = this.#rules().map(({ rule }) => rule);
    return {
      ...(isAnswered || measured === null ? {} : { duration: measured }),
      ...(wait === null ? {} : { wait }),
      ...(failures.length === 0 ? {} : { failures }),
      ...(outages.length === 0 ? {} : { outages: outages.map((one) => outageOf(one, waitInOutages)) }),
    };
  }

  /** What a reader should know of it, a sentence each. */
  notes(task: string): readonly string[] {
    const { total } = this.#calls;
    const rules = this.#rules().flatMap(({ why }) => (why === null ? [] : [`“${task}”: ${why}`]));
    const waits = this.#waits.quantileMs(WAIT_SHARE);
    return [
      ...(total < CALLS_MIN
        ? [`“${task}” was called ${plural(total, 'time')} only: its durations and failures are uncertain.`]
        : []),
      ...(waits >= WAIT_MIN_MS
        ? [
            `“${task}”: people waited up to ${duration(waits)} before the last attempt (999 of 1,000). The record does not say whether for a pause between attempts, for a service that asked to be called later, or for a limit of the task, so the wait is repeated as it was measured, whatever the load is.`,
          ]
        : []),
      ...rules,
    ];
  }

  #kindOf({ code, reason }: NonNullable<TalliedCall['failure']>): FailureTally {
    const key = `${code}\n${reason}`;
    const isKnown = this.#failures.has(key) || this.#failures.size < KINDS_MAX;
    const kind = isKnown
      ? { key, code, reason }
      : { key: '', code: HANDLER_FAILED, reason: 'Other failures' };
    const known = this.#failures.get(kind.key) ?? {
      code: kind.code,
      reason: kind.reason,
      counts: new Counts(),
    };
    this.#failures.set(kind.key, known);
    return known;
  }

  /** A rule is tried when those before it have not failed the call, so its rate is of those calls. */
  #rules(): readonly { readonly rule: FailureRule; readonly why: string | null }[] {
    const before: Counts[] = [];
    const kinds = [...this.#failures.values()].sort((a, b) => b.counts.total - a.counts.total);
    return kinds.flatMap(({ code, reason, counts }) => {
      const left = (of: (counts: Counts) => number): number =>
        before.reduce((rest, earlier) => rest - of(earlier), of(this.#calls));
      const groupsOf = (attribute: Attribute): readonly Group[] =>
        [...this.#calls.by[attribute].keys()].map((key) => ({
          key,
          count: left(({ by }) => by[attribute].get(key) ?? 0),
          failed: counts.by[attribute].get(key) ?? 0,
        }));
      const found = (['department', 'hour', 'manager'] as const)
        .map((attribute) => ({ attribute, split: splitOf(groupsOf(attribute)) }))
        .filter(({ split }) => split !== null)
        .sort((a, b) => (b.split?.strength ?? 0) - (a.split?.strength ?? 0))[0];
      const rate = counts.total / left(({ total }) => total);
      before.push(counts);
      const about = { reason, ...(code === HANDLER_FAILED ? {} : { code }) };
      if (!found?.split) return [{ rule: { probability: share(rate), ...about }, why: null }];
      const { attribute, split } = found;
      const { keys, inside, outside, strength } = split;
      const why = `${code} (“${reason}”) depends on the ${attribute} most (${numeral(strength)} standard deviations above chance): ${percent(inside, 1)} in ${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ` and ${plural(keys.length - 3, 'other')}` : ''}, ${percent(outside, 1)} elsewhere.`;
      const excess = share((inside - outside) / (1 - outside));
      const where = { probability: excess, ...about, ...limitTo(attribute, keys) };
      const others = { probability: share(outside), ...about };
      return [{ rule: where, why }, ...(outside === 0 ? [] : [{ rule: others, why: null }])];
    });
  }
}

function limitTo(attribute: Attribute, keys: readonly string[]): Partial<FailureRule> {
  if (attribute === 'hour') return { hours: keys.map(Number).sort((a, b) => a - b) };
  return attribute === 'department' ? { departments: keys } : { managers: keys };
}

/** Six digits after the point say enough, and keep the file readable. */
function share(value: number): number {
  return Math.min(1, Math.max(0, Math.round(value * 1e6) / 1e6));
}

function outageOf({ fromMs, untilMs }: Outage, wait: DurationShape | null) {
  const [from, until] = [fromMs, untilMs].map((atMs) => new Date(atMs).toISOString()) as [string, string];
  return { from, until, ...(wait === null ? {} : { wait }) };
}

/** `null`: they are those of the engine itself. */
function waitsOf(waits: Histogram): DurationShape | null {
  return waits.quantileMs(WAIT_SHARE) >= WAIT_MIN_MS ? quantiles(waits) : null;
}

function quantiles(histogram: Histogram): DurationShape | null {
  if (histogram.count === 0) return null;
  const { minMs, maxMs } = histogram.figures();
  const points = SHARES.map((share) => {
    const ms = share === 0 ? minMs : share === 1 ? maxMs : histogram.quantileMs(share);
    return { share, ms: Math.min(DURATION_MAX_MS, ms) };
  });
  return minMs === maxMs
    ? { kind: 'fixed', ms: Math.min(DURATION_MAX_MS, minMs) }
    : { kind: 'quantiles', points };
}

/** The kind of a failure: its code, and its reason without what differs from person to person. */
export class FailureKinds {
  /** By reason as it was recorded; bounded, for records in which no two are the same. */
  readonly #masked = new Map<string, string>();

  of(
    code: string | undefined,
    reason: string | undefined,
    person: { readonly id: string; readonly displayName?: unknown },
  ): { readonly code: string; readonly reason: string } {
    // A recorded reason ends with the code that its error had, and the scenario's error will have it again.
    const suffix = ` (${code})`;
    const given = (reason ?? '').endsWith(suffix) ? (reason ?? '').slice(0, -suffix.length) : (reason ?? '');
    const masked = this.#masked.get(given) ?? this.#mask(given, person);
    return { code: code ?? HANDLER_FAILED, reason: masked };
  }

  #mask(reason: string, person: { readonly id: string; readonly displayName?: unknown }): string {
    const masked = maskReason(reason, person).slice(0, REASON_LENGTH_MAX).toWellFormed() || 'Failed';
    if (this.#masked.size < GROUPS_MAX) this.#masked.set(reason, masked);
    return masked;
  }
}
