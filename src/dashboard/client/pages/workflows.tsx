import type { WorkflowBrief, WorkflowList } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { WorkflowState } from '../actions/workflow-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { to } from '../routes.ts';

/** All workflows. */
export function WorkflowsPage() {
  const address = data('workflows');
  const workflows = useLoaded<WorkflowList>(address);
  return (
    <Page
      title="Workflows"
      actions={
        <>
          <CsvLink path="workflows" />
          <CopyCurl address={address} />
        </>
      }
    >
      <Answer of={workflows}>
        {({ value }) =>
          value.length === 0 ? (
            <Empty title="There are no workflows yet.">The service that runs the engine makes them.</Empty>
          ) : (
            <Table label="Workflows" columns={COLUMNS} rows={value} keyOf={({ id }) => id} />
          )
        }
      </Answer>
    </Page>
  );
}

const COLUMNS: readonly Column<WorkflowBrief>[] = [
  { head: 'Workflow', cell: ({ id, displayName }) => <a href={to.workflow(id)}>{displayName}</a> },
  { head: 'State', cell: (workflow) => <WorkflowState workflow={workflow} /> },
  { head: 'Category', cell: ({ category }) => category },
  { head: 'Version', isNumber: true, cell: ({ version }) => version },
  { head: 'Next slot', cell: ({ nextScheduleRunDateTime }) => <Moment at={nextScheduleRunDateTime} /> },
];
