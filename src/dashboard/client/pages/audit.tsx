import type { AuditEntry } from '../../../model/resources/audit.ts';
import type { AuditPage as Audit } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Pages, Table } from '../parts/table.tsx';
import { params } from '../router.ts';
import { to } from '../routes.ts';

/** Who changed what. */
export function AuditPage() {
  const workflow = params.value.get('workflow') ?? undefined;
  const after = params.value.get('after') ?? undefined;
  const address = data('audit', { workflow, after });
  const audit = useLoaded<Audit>(address);
  return (
    <Page
      title="Audit"
      actions={
        <>
          <CsvLink path="audit" params={{ workflow }} />
          <CopyCurl address={address} />
        </>
      }
    >
      <p class="lead soft">
        Changes of workflows, settings and custom task extensions, by all processes on the database, newest
        first.{' '}
        {workflow === undefined ? (
          <>
            Who started a run stands <a href={to.runs()}>with the run</a>.
          </>
        ) : (
          <a href={to.audit()}>Show those of all workflows</a>
        )}
      </p>
      <Answer of={audit}>
        {({ value, nextToken }) => (
          <>
            {value.length === 0 ? (
              <Empty title={nextToken === null ? 'No change is kept.' : 'None on this page.'} />
            ) : (
              <Table label="Audit" columns={COLUMNS} rows={value} keyOf={keyOf} />
            )}
            <Pages nextToken={nextToken} isFirst={after === undefined} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function keyOf({ activityDateTime, activity, target }: AuditEntry): string {
  return `${activityDateTime} ${activity} ${target?.id}`;
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  { head: 'What', cell: ({ activity }) => activity },
  {
    head: 'To',
    cell: ({ target, workflowId }) => {
      if (target === null) return <span class="soft">settings</span>;
      if (workflowId === null) return target.displayName;
      return <a href={to.workflow(workflowId)}>{target.displayName}</a>;
    },
  },
  {
    head: 'By',
    cell: ({ initiatedBy }) => initiatedBy?.id ?? <span class="soft">not known</span>,
  },
  { head: 'When', cell: ({ activityDateTime }) => <Moment at={activityDateTime} /> },
  { head: 'Category', isMinor: true, cell: ({ category }) => category },
];
