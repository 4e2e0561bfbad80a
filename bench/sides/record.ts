/** A scenario from a record, and the reading of that record alone. */
import { join } from 'node:path';
import { openDirectory } from '../../src/index.ts';
import { periodOf } from '../../src/simulate/record/period.ts';
import { readRuns } from '../../src/simulate/record/read-runs.ts';
import { zoneOf } from '../../src/simulate/world/zone.ts';
import { scenarioFrom } from '../../src/simulate.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import { RECORD_FILES } from './record-history.ts';

/** The folder of the record, and what is done with it. */
export interface RecordInput {
  readonly from: string;
  readonly does: 'makeScenario' | 'read';
}

export const run: Run<RecordInput> = async ({ from, does }) => {
  const store = await sqliteStore(join(from, RECORD_FILES.store), { readOnly: true });
  const directory = await openDirectory(join(from, RECORD_FILES.people));
  const startMs = performance.now();
  let users = 0;
  if (does === 'makeScenario') {
    const { recorded } = await scenarioFrom(store, directory, { timeZone: 'Europe/Berlin' });
    users = recorded.usersCount;
  } else {
    const period = await periodOf(store, await store.listWorkflows(), zoneOf('Europe/Berlin'), undefined);
    for await (const _ of directory.query(null)) {
      // Everyone, as for a scenario.
    }
    for (const _ of ['when calls were made', 'what they were']) {
      users = 0;
      const count = (_run: object, page: readonly object[]) => {
        users += page.length;
      };
      await readRuns(store, period, { users: count, call: () => {} });
    }
  }
  const ms = performance.now() - startMs;
  const people = directory.subjectsCount;
  await directory.close();
  await store.close();
  const residentMB = process.resourceUsage().maxRSS / 1_024;
  return { perSecond: (users / ms) * 1_000, figures: { users, people, seconds: ms / 1_000, residentMB } };
};
