import { compare, type Measure } from '../measure.ts';
import type { Source } from '../sides/directory.ts';
import { median } from '../statistics.ts';
import { resultOf } from './result.ts';

const USERS = 1_000_000;
const USERS_REDUCED = 100_000;

const SOURCES: readonly (readonly [Source, string])[] = [
  ['csv', 'a slot over a CSV file, opened for it'],
  ['jsonl', 'over a JSONL file'],
  ['array', 'over an array'],
  ['query', 'over a `query` of the host'],
];

/** A slot of the schedule over a large directory, by CPU time; reading the file is most of it. */
export const directory: Measure = {
  name: 'directory',
  summary: 'a slot over a million people in a file, an array or a query, beside csv-parse',
  async *run({ settings, site, progress }) {
    const users = settings.users ?? (settings.isReduced ? USERS_REDUCED : USERS);
    const { rounds } = settings;
    const files = site.folder();
    progress(`writing ${users} people`);
    await site.side('the files', 'directory', { files, users, source: 'files' }).go();
    for (const [source, what] of SOURCES) {
      const { figures, ...comparison } = await compare(
        site.side('tenure', 'directory', { files, users, source }),
        [site.side('csv-parse reading the CSV file once', 'directory', { files, users, source: 'bare' })],
        rounds,
        (text) => progress(`${source}: ${text}`),
      );
      const medians = Object.entries(figures).map(([name, values]) => [name, median(values)] as const);
      const heading = { name: 'directory', case: what, unit: 'people by CPU time', users, tasks: 1, rounds };
      yield resultOf(heading, { ...comparison, figures }, Object.fromEntries(medians));
    }
    site.remove(files);
  },
};
