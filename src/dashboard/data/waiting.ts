/** The tasks that wait for the answer of a custom task extension. */
import type { Engine } from '../../engine/engine.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import type { WaitingTask } from '../../model/resources/resources.ts';
import type { WaitingPage, WaitingRow } from '../wire.ts';
import type { DataRoute } from './route.ts';

const PAGE = 50;

/** A page of them, of all processes on the database. */
export const WAITING: DataRoute = {
  path: 'waiting',
  needs: NEEDED.reports,
  params: ['after'],
  answer: async ({ engine, clock, params }): Promise<WaitingPage> => {
    const after = params.text('after');
    const { value, nextToken } = await engine.taskProcessingResults.listWaiting({
      top: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    return { now: new Date(clock.now()).toISOString(), value: await withNames(engine, value), nextToken };
  },
};

/** Rows with the names of their people: one call of the directory. */
export async function withNames(
  { directory }: Pick<Engine, 'directory'>,
  rows: readonly WaitingTask[],
): Promise<readonly WaitingRow[]> {
  if (rows.length === 0) return [];
  const subjects = await directory.get(rows.map(({ subject }) => subject.id));
  const names = new Map(subjects.map(({ id, displayName }) => [id, displayName]));
  return rows.map((row) => {
    const name = names.get(row.subject.id);
    return { ...row, displayName: typeof name === 'string' ? name : null };
  });
}
