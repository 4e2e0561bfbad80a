/** What a workflow has done lately. Source: domain §3.12, §6.7. */

import { filter } from '../../filter/builder.ts';
import { mentions } from '../../filter/tree.ts';
import type { Filter } from '../../model/filter.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Call } from '../routes/route.ts';
import { badToken, type Cursor, type Source } from './list.ts';
import { usersOfWorkflow } from './sources.ts';

const RECENT_MS = 7 * 86_400_000;

/** The user results of a workflow: of the last 7 days, unless the filter says when (domain §3.12, §6.7). */
export function usersOfWorkflowLately({ engine, keys, query, nowMs }: Call): Source {
  const asked = query.filter?.tree ?? null;
  const source = usersOfWorkflow(engine, keys.workflow, asked);
  if (asked !== null && mentions(asked, 'startedDateTime')) return source;
  const now = nowMs - RECENT_MS;
  return {
    ...source,
    // One that is too long, or too deep, with the window is looked at row by row.
    acceptsFilter: (one) => source.acceptsFilter?.(narrowed(one, now)) ?? false,
    // The pages of one list all go back to the same moment, which stands in the cursor.
    async page(request) {
      const [since, after] = request.after === null ? [now, null] : latelyCursor(request.after);
      const page = await source.page({ ...request, filter: narrowed(request.filter, since), after });
      return { ...page, next: page.next === null ? null : [since, page.next] };
    },
    count: async (one, turn) => (await source.count?.(narrowed(one, now), turn)) ?? 0,
  };
}

/** With the users that began, or were scheduled when they never did, since a moment. */
function narrowed(given: Filter | null, sinceMs: EpochMs): Filter {
  const since = new Date(sinceMs);
  const lately = filter.or(
    filter.ge('startedDateTime', since),
    filter.and(filter.eq('startedDateTime', null), filter.ge('scheduledDateTime', since)),
  );
  return given === null ? lately : filter.and(given, lately);
}

function latelyCursor(cursor: Cursor): readonly [sinceMs: EpochMs, after: Cursor] {
  const [since, after] = Array.isArray(cursor) && cursor.length === 2 ? (cursor as unknown[]) : [];
  if (typeof since !== 'number' || Number.isNaN(new Date(since).getTime()) || after === null)
    throw badToken();
  return [since, after];
}
