import fc from 'fast-check';
import type { DurationShape } from '../../simulate/scenario/duration-shape.ts';
import type { FailureRule, TaskBehaviour } from '../../simulate/scenario/scenario.ts';

/** The moment of a scenario at so many thousandths of its horizon. */
export type MomentAt = (thousandths: number) => string;

/** Something that has moments of a scenario in it. */
export type Timed<T> = (at: MomentAt) => T;

/** A span within the horizon, or without: `until` comes after `from`. */
function span(): fc.Arbitrary<Timed<{ readonly from: string; readonly until: string }>> {
  return fc.tuple(fc.nat({ max: 999 }), fc.integer({ min: 1, max: 500 })).map(([from, length]) => (at) => ({
    from: at(from),
    until: at(from + length),
  }));
}

/** A plain object whose optional keys shrink to absence. */
export function plain<T extends object, K extends keyof T>(
  model: { [Key in keyof T]: fc.Arbitrary<T[Key]> },
  requiredKeys: K[],
): fc.Arbitrary<Partial<T> & Pick<T, K>> {
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Partial<T> & Pick<T, K>>;
}

const probability = fc.constantFrom(0, 0.1, 0.5, 1);

const duration: fc.Arbitrary<DurationShape> = fc.oneof(
  plain({ kind: fc.constant('fixed' as const), ms: fc.constantFrom(0, 700, 90_000) }, ['kind', 'ms']),
  plain(
    { kind: fc.constant('uniform' as const), minMs: fc.nat({ max: 50 }), maxMs: fc.constantFrom(50, 60_000) },
    ['kind', 'minMs', 'maxMs'],
  ),
  plain({ kind: fc.constant('exponential' as const), meanMs: fc.constantFrom(100, 60_000) }, [
    'kind',
    'meanMs',
  ]),
  fc.constant({ kind: 'lognormal' as const, medianMs: 2_000, p95Ms: 900_000 }),
);

function failureRule(departments: readonly string[]): fc.Arbitrary<Timed<FailureRule>> {
  const drawn = plain(
    {
      probability,
      reason: fc.constantFrom('The mailbox is full', 'No licence is left'),
      departments: fc.subarray([...departments], { minLength: 1 }),
      persistent: fc.boolean(),
    },
    ['probability'],
  );
  return fc.tuple(drawn, fc.option(span())).map(([rule, when]) => (at) => ({ ...rule, ...when?.(at) }));
}

/** How a task behaves, with a time-out where it may hang. Shrinks to one that answers at once. */
export function behaviour(departments: readonly string[]): fc.Arbitrary<Timed<TaskBehaviour>> {
  const timeoutMs = fc.constantFrom(30_000, 500);
  const steady = plain(
    {
      duration,
      failureProbability: probability,
      retry: plain(
        { attempts: fc.integer({ min: 1, max: 4 }), delayMs: fc.constantFrom(0, 1_000, 600_000) },
        ['attempts'],
      ),
      concurrency: fc.integer({ min: 1, max: 3 }),
      rate: plain(
        {
          perSecond: fc.constantFrom(10, 1, 0.1),
          whenExceeded: fc.constantFrom('wait' as const, 'fail' as const),
        },
        ['perSecond'],
      ),
      timeoutMs,
    },
    [],
  );
  const hang = fc.option(
    fc.record({
      hang: plain({ probability, ignoresAbort: fc.boolean() }, ['probability']),
      timeoutMs,
    }),
  );
  const failures = fc.array(failureRule(departments), { maxLength: 2 });
  const outages = fc.array(span(), { maxLength: 2 });
  return fc.tuple(steady, hang, failures, outages).map(([task, hanging, rules, spans]) => (at) => ({
    ...task,
    ...hanging,
    ...(rules.length > 0 ? { failures: rules.map((rule) => rule(at)) } : {}),
    ...(spans.length > 0 ? { outages: spans.map((one) => one(at)) } : {}),
  }));
}
