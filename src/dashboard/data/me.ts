import { ANY_CALLER, isAllowed } from '../../graph/access/authorize.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Me } from '../wire.ts';
import type { DataRoute } from './route.ts';

/** Who calls, and what they may do. */
export const ME: DataRoute = {
  path: 'me',
  needs: null,
  params: [],
  answer: async ({ principal, isSession, clock, settings }): Promise<Me> => ({
    id: principal === ANY_CALLER ? null : principal.id,
    can: {
      reports: isAllowed(principal, NEEDED.reports),
      workflows: isAllowed(principal, NEEDED.workflows),
      compare: settings.compareVersions !== null && isAllowed(principal, NEEDED.reports),
      change: !settings.readOnly && isAllowed(principal, NEEDED.change),
      activate: !settings.readOnly && isAllowed(principal, NEEDED.activate),
    },
    isReadOnly: settings.readOnly,
    isSession,
    now: new Date(clock.now()).toISOString(),
  }),
};
