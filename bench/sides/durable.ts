/** A durable run: SQLite at `synchronous=FULL`, every task's outcome committed before the next one. */
import { join } from 'node:path';
import { type SqliteOptions, sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { addRuns } from './history.ts';
import { runLoad } from './load.ts';

/** A load, and the number of finished runs already in the file. */
export interface DurableInput extends Load, Pick<SqliteOptions, 'writerThread'> {
  readonly folder: string;
  readonly historicalRuns?: number;
}

export const run: Run<DurableInput> = ({ folder, historicalRuns = 0, writerThread, ...load }) => {
  return runLoad(load, async (name) => {
    const file = join(folder, `${name}.db`);
    if (historicalRuns > 0 && name === 'bench') await addRuns(file, historicalRuns);
    return sqliteStore(file, writerThread === undefined ? {} : { writerThread });
  });
};
