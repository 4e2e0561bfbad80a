/** Every path and method that is served. Source: domain §2. */

import { userOf } from '../lists/user.ts';
import type { Row } from '../protocol/represent.ts';
import type { Navigation } from '../schema/edm.ts';
import { placeOf } from '../schema/schema.ts';
import { OTHER_ROUTES } from './other-routes.ts';
import { RESULT_ROUTES } from './result-routes.ts';
import { type Call, link, type Route } from './route.ts';
import { withinWorkflow } from './run-of-path.ts';
import { outOfView, WORKFLOW_ROUTES } from './workflow-routes.ts';

/** The route table. */
export const TABLE: readonly Route[] = [...RESULT_ROUTES, ...WORKFLOW_ROUTES, ...OTHER_ROUTES];
const ROUTES_IN_VIEW = [...TABLE, ...TABLE.flatMap(linksFrom)];

/**
 * All routes: the table, the single navigation properties of each resource in it (`subject`, `task`, `createdBy` …), and
 * the paths of workflows below `deletedItems`.
 */
export const ROUTES: readonly Route[] = [...ROUTES_IN_VIEW.map(withinWorkflow), ...outOfView(ROUTES_IN_VIEW)];

function linksFrom({ path, needs, read }: Route): readonly Route[] {
  const place = placeOf(path);
  if (!read || place.kind !== 'resource') return [];
  const singles = Object.entries(place.type.navigation).filter(([, { isMany }]) => !isMany);
  return singles.map(([name, navigation]) =>
    link(`${path}/${name}`, needs, async (call) => {
      const row = (await read(call)) as Row;
      return shown(call, navigation, (row[name] ?? null) as Row | null);
    }),
  );
}

/** Users that the directory does not know are shown by id. */
async function shown(
  { engine, query }: Call,
  { isUser }: Navigation,
  target: Row | null,
): Promise<Row | null> {
  if (target === null || !isUser) return target;
  const [known] = await engine.directory.get([String(target.id)]);
  return known ? userOf(known, query.select) : { id: target.id };
}
