/** The coming slots as CSV. */

import { NEEDED } from '../../graph/access/permissions.ts';
import type { ComingSlot, ComingSlotsOfWorkflow } from '../../model/resources/coming-slots.ts';
import type { DataRoute } from '../data/route.ts';
import { type CsvColumn, csvResponse } from './csv.ts';
import { once } from './pages.ts';

interface Row {
  readonly workflow: ComingSlotsOfWorkflow;
  readonly slot: ComingSlot;
}

const COLUMNS: readonly CsvColumn<Row>[] = [
  { head: 'slot', cell: ({ slot }) => slot.slotDateTime },
  { head: 'workflow', cell: ({ workflow }) => workflow.displayName },
  { head: 'workflowId', cell: ({ workflow }) => workflow.id },
  { head: 'users', cell: ({ slot }) => slot.usersCount },
  { head: 'quarantine', cell: ({ slot }) => slot.quarantineReason },
];

/** Those of the coming 30 days that will take people. */
export const CALENDAR_CSV: DataRoute = {
  path: 'csv/calendar',
  needs: NEEDED.reports,
  params: [],
  answer: async ({ engine }) => {
    const { workflows } = await engine.workflows.comingSlots();
    const rows = workflows.flatMap((workflow) => workflow.slots.map((slot) => ({ workflow, slot })));
    return csvResponse('coming-slots', COLUMNS, once(rows));
  },
};
