import { compare, type Measure } from '../measure.ts';
import { median } from '../statistics.ts';
import { most, resultOf } from './result.ts';

const PEOPLE = 10_000;
const SEEDS = 20;
const REDUCED_SEEDS = 5;

/** A scenario from the record of a year, and whether it gives that year again. */
export const record: Measure = {
  name: 'record',
  summary: 'a scenario from the record of a year; whether it gives that year again with other seeds',
  async *run({ settings, site, progress }) {
    const { rounds, isReduced } = settings;
    const people = settings.users ?? PEOPLE;
    const folder = site.folder();
    progress(`writing the record of a year of ${people.toLocaleString('en-US')} people`);
    await site.side('a year into a store', 'record-history', { into: folder, people }).go();
    const making = site.side('tenure scenario', 'record', { from: folder, does: 'makeScenario' });
    const reading = site.side('reading the directory, and the record twice', 'record', {
      from: folder,
      does: 'read',
    });
    const comparison = await compare(making, [reading], rounds, progress);
    const { seconds, residentMB, users } = comparison.figures;
    yield resultOf(
      {
        name: 'record',
        case: `a scenario from a year of ${people.toLocaleString('en-US')} people`,
        unit: 'user results',
        users: most(users),
        tasks: 3,
        rounds,
      },
      comparison,
      { seconds: median(seconds ?? []), residentMB: most(residentMB) },
    );

    const seeds = isReduced ? REDUCED_SEEDS : SEEDS;
    const again = (isCompared: boolean) =>
      site.side(isCompared ? 'simulated and compared' : 'simulated', 'record-seeds', { seeds, isCompared });
    const compared = await compare(again(true), [again(false)], 1, progress);
    const within = Object.fromEntries(
      Object.entries(compared.figures).map(([name, [count = 0]]) => [`${name}, seeds within chance`, count]),
    );
    yield resultOf(
      {
        name: 'record',
        case: `the year again, with ${seeds} other seeds`,
        unit: 'simulations',
        users: 0,
        tasks: 0,
        rounds: 1,
      },
      compared,
      within,
    );
  },
};
