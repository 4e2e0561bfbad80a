/** The slots of the coming days, and how many people each will take. */
import { NEEDED } from '../../graph/access/permissions.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { CalendarPage } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

/** It reads the whole directory, so all browsers have one for this long. */
const FRESH_MS = 30 * SECOND_MS;

/** The calendar, as JSON. */
export function calendarRoute(deps: DataDeps): DataRoute {
  const read = calendarReader(deps);
  return { path: 'calendar', needs: NEEDED.reports, params: [], answer: read };
}

/** Reads the calendar, or gives the one that is fresh. */
function calendarReader({ engine, clock }: DataDeps): () => Promise<CalendarPage> {
  let made: { readonly atMs: number; readonly page: Promise<CalendarPage> } | null = null;
  return () => {
    const nowMs = clock.now();
    if (made === null || nowMs - made.atMs >= FRESH_MS || nowMs < made.atMs) {
      const now = new Date(nowMs).toISOString();
      const page = engine.workflows.comingSlots().then((slots) => ({ now, ...slots }));
      made = { atMs: nowMs, page };
      page.catch(() => {
        made = null;
      });
    }
    return made.page;
  };
}
