/** Who falls in or out of scope between two versions of a workflow. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { ScopeDifference } from '../../model/resources/scope-difference.ts';
import type { DataRoute } from './route.ts';

const VERSION_MAX = 999_999_999;

/** It reads the whole directory, so pages ask for it when it is wanted. */
export const SCOPES: DataRoute = {
  path: 'workflows/{id}/scopes',
  needs: NEEDED.reports,
  params: ['before', 'after'],
  answer: async ({ engine, params, keys: { id = '' } }): Promise<ScopeDifference> => {
    const after = params.whole('after', 2, VERSION_MAX, 2);
    const before = params.whole('before', 1, VERSION_MAX, after - 1);
    return engine.workflows.scopeDifference(id, { before, after });
  },
};
