/** What a workflow has done lately. Source: domain §3.12, §6.7. */

import type { Call } from '../routes/route.ts';
import { badToken, type Cursor, type Source } from './list.ts';
import { usersOfWorkflow } from './sources.ts';

const RECENT_MS = 7 * 86_400_000;

/** The user results of a workflow: of the last 7 days, unless the filter says when (domain §3.12, §6.7). */
export function usersOfWorkflowLately({ engine, keys, query, nowMs }: Call): Source {
  const source = usersOfWorkflow(engine, keys.workflow, query.filter);
  if (query.filter !== null && /\bstartedDateTime\b/.test(query.filter)) return source;
  const narrowed = (filter: string | null, since: string): string => {
    const lately = `(startedDateTime ge ${since} or (startedDateTime eq null and scheduledDateTime ge ${since}))`;
    return filter === null ? lately : `(${filter}) and ${lately}`;
  };
  const now = new Date(nowMs - RECENT_MS).toISOString();
  return {
    ...source,
    // One that is too long, or too deep, with the window is looked at row by row.
    acceptsFilter: (filter, tree) => source.acceptsFilter?.(narrowed(filter, now), tree) ?? false,
    // The pages of one list all go back to the same moment, which stands in the cursor.
    async page(request) {
      const [since, after] = request.after === null ? [now, null] : latelyCursor(request.after);
      const page = await source.page({ ...request, filter: narrowed(request.filter, since), after });
      return { ...page, next: page.next === null ? null : [since, page.next] };
    },
    count: async (filter, turn) => (await source.count?.(narrowed(filter, now), turn)) ?? 0,
  };
}

function latelyCursor(cursor: Cursor): readonly [since: string, after: Cursor] {
  const [since, after] = Array.isArray(cursor) && cursor.length === 2 ? (cursor as unknown[]) : [];
  if (typeof since !== 'string' || !/^\d{4}-\d\d-\d\dT[\d:.]{8,12}Z$/.test(since) || after === null)
    throw badToken();
  return [since, after];
}
