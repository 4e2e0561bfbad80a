import { type Bench, compare, type Measure, type Result } from '../measure.ts';
import { median } from '../statistics.ts';
import { resultOf } from './result.ts';

/** Population of the no-op scenario; each person is processed `TIMES` times. */
const PEOPLE = 20_000;
const TIMES = 25;
const REDUCED_TIMES = 10;
/** Population of the year. */
const YEAR_PEOPLE = 10_000;
const LANES = 64;

/** The simulator, with its trace and hash, compared with bare async lanes. */
export const simulate: Measure = {
  name: 'simulate',
  summary: 'user executions in virtual time, and a year of 3-hour slots',
  async *run(bench) {
    const people = bench.settings.users ?? PEOPLE;
    const yearPeople = bench.settings.users ?? YEAR_PEOPLE;
    yield await measured(bench, 'user executions of one no-op task', {
      scenario: 'noOps',
      people,
      times: bench.settings.isReduced ? REDUCED_TIMES : TIMES,
    });
    yield await measured(bench, `a year of 3-hour slots over ${yearPeople.toLocaleString('en-US')} people`, {
      scenario: 'year',
      people: yearPeople,
      times: 1,
    });
  },
};

async function measured(
  { settings: { rounds }, site, progress }: Bench,
  what: string,
  input: { readonly scenario: 'noOps' | 'year'; readonly people: number; readonly times: number },
): Promise<Result> {
  const users = input.people * input.times;
  const lanes = site.side(`${LANES} bare async lanes`, 'bare-lanes', {
    users,
    tasks: 1,
    waitMs: 0,
    lanes: LANES,
  });
  const comparison = await compare(
    site.side('tenure/simulate', 'simulate', input),
    [lanes],
    rounds,
    progress,
  );
  const unit = input.scenario === 'noOps' ? 'user executions' : 'tasks';
  const figures = Object.entries(comparison.figures).map(([name, values]) => [name, median(values)] as const);
  const heading = { name: 'simulate', case: what, unit, users, tasks: 1, rounds };
  return resultOf(heading, comparison, Object.fromEntries(figures));
}
