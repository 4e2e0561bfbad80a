import type { TaskReport } from '../../../../model/resources/resources.ts';
import { numeral } from '../../../../text/numbers.ts';
import { CsvLink } from '../../actions/csv-link.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, Table } from '../../parts/table.tsx';

/** Each task of a run over all its people. */
export function RunReport({ runId, report }: { runId: string; report: readonly TaskReport[] }) {
  return (
    <>
      <div class="filters end">
        <CsvLink path={`runs/${runId}/report`} />
      </div>
      <Table label="Tasks over all people" columns={COLUMNS} rows={report} keyOf={({ id }) => id} />
    </>
  );
}

const COLUMNS: readonly Column<TaskReport>[] = [
  { head: 'Task', cell: ({ task }) => task.displayName },
  { head: 'Status', cell: ({ processingStatus }) => <Status value={processingStatus} /> },
  { head: 'People', cell: (report) => <ReportBar report={report} /> },
  { head: 'Succeeded', isNumber: true, cell: ({ successfulUsersCount }) => numeral(successfulUsersCount) },
  {
    head: 'Failed',
    isNumber: true,
    cell: ({ failedUsersCount: count }) =>
      count === 0 ? <span class="soft">0</span> : <span class="bad-text">{numeral(count)}</span>,
  },
  {
    head: 'Not processed',
    isNumber: true,
    cell: ({ unprocessedUsersCount }) => numeral(unprocessedUsersCount),
  },
];

function ReportBar({ report }: { report: TaskReport }) {
  const { successfulUsersCount, failedUsersCount, unprocessedUsersCount, totalUsersCount } = report;
  const parts = [
    ['successful', successfulUsersCount],
    ['failed', failedUsersCount],
    ['left', unprocessedUsersCount],
  ] as const;
  return (
    <span class="bar" aria-hidden="true">
      {parts.map(([kind, count]) =>
        count === 0 ? null : (
          <i key={kind} class={kind} style={{ width: `${(100 * count) / Math.max(1, totalUsersCount)}%` }} />
        ),
      )}
    </span>
  );
}
