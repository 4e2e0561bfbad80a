import type { AuditEntry } from '../../../model/resources/audit.ts';
import type { AuditPage as Audit } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { data, useLoaded } from '../data.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { params } from '../router.ts';
import { to } from '../routes.ts';

/** Who did what. */
export function AuditPage() {
  const wanted = {
    workflow: params.value.get('workflow') ?? undefined,
    run: params.value.get('run') ?? undefined,
  };
  const address = data('audit', wanted);
  const audit = useLoaded<Audit>(address);
  return (
    <Page
      title="Audit"
      actions={
        <>
          <CsvLink path="audit" params={wanted} />
          <CopyCurl address={address} />
        </>
      }
    >
      <Answer of={audit}>
        {({ value, since }) => (
          <>
            <p class="lead soft">
              What was done through this process since <Moment at={since} />, newest first: at most 1,000
              entries. The event <code>audit.recorded</code> has all of them, for a log that is kept.
            </p>
            {value.length === 0 ? (
              <Empty title="Nothing was done yet." />
            ) : (
              <Table label="Audit" columns={COLUMNS} rows={value} keyOf={keyOf} />
            )}
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
    cell: ({ target, runId, workflowId }) => {
      if (target === null) return <span class="soft">settings</span>;
      if (runId !== null) return <a href={to.run(runId)}>run, {target.displayName}</a>;
      return workflowId === null ? (
        target.displayName
      ) : (
        <a href={to.workflow(workflowId)}>{target.displayName}</a>
      );
    },
  },
  {
    head: 'By',
    cell: ({ initiatedBy }) => initiatedBy?.id ?? <span class="soft">the engine, or not known</span>,
  },
  { head: 'When', cell: ({ activityDateTime }) => <Moment at={activityDateTime} /> },
  { head: 'Category', isMinor: true, cell: ({ category }) => category },
];
