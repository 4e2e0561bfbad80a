import type { Comparison, Result, Settings } from '../measure.ts';

/** Name and size of a comparison. */
export interface Heading {
  readonly name: string;
  readonly case: string;
  readonly unit?: string;
  readonly users: number;
  readonly tasks: number;
  readonly rounds: Settings['rounds'];
}

/** Result of comparing tenure with one or more limits and no peer. */
export function resultOf(
  heading: Heading,
  { perSecond, others }: Comparison,
  figures: Readonly<Record<string, number>> = {},
): Result {
  const [limit, ...moreLimits] = others;
  if (!limit) throw new Error(`Expected ${heading.name} to have a limit to compare with, got none`);
  const { name, case: what, unit = 'tasks', users, tasks, rounds } = heading;
  return {
    name,
    case: what,
    unit,
    users,
    tasks,
    rounds,
    tasksPerSecond: perSecond,
    limit: { name: limit.name, tasksPerSecond: limit.perSecond },
    ratioToLimit: limit.ratio,
    spread: limit.spread,
    moreLimits,
    peers: [],
    figures,
  };
}

/** Largest value of the rounds; 0 when there is none. */
export function most(values: readonly number[] | undefined): number {
  return Math.max(0, ...(values ?? []));
}
