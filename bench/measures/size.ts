import { compare, type Measure } from '../measure.ts';
import { median } from '../statistics.ts';
import { resultOf } from './result.ts';

const SEEDS = 20;
const ARRIVALS = 10_000;
const REDUCED_ARRIVALS = 1_000;

/** The sizing of a single queue, whose answer a formula has. */
export const size: Measure = {
  name: 'size',
  summary: 'the sizing of a queue with random arrivals and services, against Erlang’s formula',
  async *run({ settings, site, progress }) {
    const arrivals = settings.isReduced ? REDUCED_ARRIVALS : ARRIVALS;
    const by = (does: 'size' | 'alone') =>
      site.side(does === 'size' ? 'tenure size' : 'customers in a loop', 'size', {
        arrivals,
        seeds: SEEDS,
        does,
      });
    const comparison = await compare(by('size'), [by('alone')], 1, progress);
    const figures = Object.fromEntries(
      Object.entries(comparison.figures).map(([name, values]) => [name, median(values)]),
    );
    yield resultOf(
      {
        name: 'size',
        case: `${SEEDS} seeds of ${arrivals.toLocaleString('en-US')} arrivals, 2 or 3 lanes`,
        unit: 'customers',
        users: arrivals,
        tasks: 1,
        rounds: 1,
      },
      comparison,
      figures,
    );
  },
};
