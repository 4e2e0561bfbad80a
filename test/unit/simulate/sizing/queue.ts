/** A queue with random arrivals and service times (M/M/c), as a scenario, by its formulas, and customer by customer. */
import type { Scenario } from '../../../../src/simulate.ts';
import { ON_DEMAND, oneRun } from '../scenarios.ts';

const SERVICE = 'serve';
export const MINUTE_MS = 60_000;

/** So many arrivals an hour on average, each served for `meanMs` on average. */
export function queueScenario(perHour: number, meanMs: number, more: Partial<Scenario> = {}): Scenario {
  const workflow = {
    category: 'mover',
    displayName: 'Request',
    executionConditions: ON_DEMAND,
    tasks: [{ taskDefinitionId: SERVICE }],
  } as const;
  return oneRun(
    50,
    { [SERVICE]: { duration: { kind: 'exponential', meanMs } } },
    { workflows: [{ key: 'W', workflow, arrivals: { perHour } }], ...more },
  );
}

/** Mean wait before the service, by Erlang's formula C. */
export function erlangWaitMs(perHour: number, meanMs: number, lanes: number): number {
  const load = (perHour * meanMs) / (60 * MINUTE_MS);
  let blocked = 1; // Erlang's formula B, by its recursion
  for (let lane = 1; lane <= lanes; lane++) blocked = (load * blocked) / (lane + load * blocked);
  const waits = blocked / (1 - (load / lanes) * (1 - blocked));
  return (waits * meanMs) / (lanes - load);
}

/** The waits of customers who are served in the order of their arrival (Kiefer and Wolfowitz). */
export function waitsOf(
  customers: Iterable<{ readonly atMs: number; readonly takesMs: number }>,
  lanes: number,
): number[] {
  const free = new Array<number>(lanes).fill(0);
  const waits: number[] = [];
  for (const { atMs, takesMs } of customers) {
    const lane = free.indexOf(Math.min(...free));
    const startMs = Math.max(atMs, free[lane] ?? 0);
    free[lane] = startMs + takesMs;
    waits.push(startMs - atMs);
  }
  return waits;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
