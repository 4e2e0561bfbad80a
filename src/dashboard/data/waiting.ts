import { NEEDED } from '../../graph/access/permissions.ts';
import type { WaitingList } from '../wire.ts';
import type { DataRoute } from './route.ts';

/** The tasks that wait for a callback, the next deadline first. */
export const WAITING: DataRoute = {
  path: 'waiting',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine, clock }): Promise<WaitingList> => ({
    now: new Date(clock.now()).toISOString(),
    value: await engine.taskProcessingResults.listWaiting(),
  }),
};
