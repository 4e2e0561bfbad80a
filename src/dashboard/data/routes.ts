import type { Ids } from '../../ports/random.ts';
import { AUDIT, AUDIT_CSV } from './audit.ts';
import { calendarRoute } from './calendar.ts';
import { comparisonRoutes } from './comparison.ts';
import { EFFECTS } from './effects.ts';
import { ME } from './me.ts';
import { overviewRoute } from './overview.ts';
import { PEOPLE, PERSON } from './people.ts';
import type { DataDeps, DataRoute } from './route.ts';
import { RUN, RUNS } from './runs.ts';
import { SCOPES } from './scopes.ts';
import { SELECTION } from './selection.ts';
import { WAITING } from './waiting.ts';
import { FORECAST, WORKFLOW, WORKFLOWS } from './workflows.ts';

/** The paths below `data/`, one file a page. */
export function dataRoutes(deps: DataDeps, ids: Ids): readonly DataRoute[] {
  return [
    ME,
    overviewRoute(deps),
    RUNS,
    RUN,
    PEOPLE,
    PERSON,
    WORKFLOWS,
    WORKFLOW,
    FORECAST,
    SCOPES,
    EFFECTS,
    SELECTION,
    WAITING,
    calendarRoute(deps),
    ...comparisonRoutes(deps, ids),
    AUDIT,
    AUDIT_CSV,
  ];
}
