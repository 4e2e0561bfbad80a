/** How many people an activation by a rule or a group would take. */
import type { PeopleSelection } from '../../engine/selection/engine-directory.ts';
import { leftOutSentences } from '../../engine/selection.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import { badRequest } from '../../graph/graph-error.ts';
import type { SelectedPeople } from '../wire.ts';
import type { DataRoute, Params } from './route.ts';

/** It may read the whole directory, so pages ask for it when it is wanted. */
export const SELECTION: DataRoute = {
  path: 'selection',
  needs: NEEDED.activate,
  params: ['rule', 'group'],
  answer: async ({ engine, params }): Promise<SelectedPeople> => {
    const { selection, ...counted } = await engine.directory.count(selectionOf(params));
    return { ...counted, warnings: selection === null ? [] : leftOutSentences(selection) };
  },
};

function selectionOf(params: Params): PeopleSelection {
  const [rule, group] = [params.text('rule'), params.text('group')];
  if (rule !== undefined && group === undefined) return { rule };
  if (group !== undefined && rule === undefined) return { group };
  throw badRequest("Expected either 'rule' or 'group'.");
}
