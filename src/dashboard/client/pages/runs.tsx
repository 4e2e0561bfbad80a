import type { Run } from '../../../model/resources/resources.ts';
import { longDay } from '../../../simulate/report/text.ts';
import { numeral } from '../../../text/numbers.ts';
import type { PageOf } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { serverMinute } from '../clock.ts';
import { data, useLoaded } from '../data.ts';
import { newestOf } from '../live.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Moment, Took } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { RunBar } from '../parts/run-bar.tsx';
import { Status } from '../parts/status.tsx';
import { type Column, Pages, Table } from '../parts/table.tsx';
import { go, params, withParams } from '../router.ts';
import { to } from '../routes.ts';
import { isFiltered, RUN_CHOICES, runQuery, SPANS } from '../view/run-filters.ts';
import { executionTypeWord } from '../view/status.ts';

const TYPES = ['scheduled', 'onDemand', 'activatedWithScope', 'extensibilityOnDemand', 'preview'];

/** The runs of all workflows, by what the address says. */
export function RunsPage() {
  const query = runQuery(params.value, serverMinute.value);
  const address = data('runs', query);
  const runs = useLoaded<PageOf<Run>>(address);
  return (
    <Page
      title="Runs"
      actions={
        <>
          <CsvLink path="runs" params={{ ...query, after: undefined }} />
          <CopyCurl address={address} />
        </>
      }
    >
      <Filters />
      <Answer of={runs}>
        {({ value, nextToken }) => (
          <>
            {value.length === 0 ? <NoRuns /> : <RunTable label="Runs" runs={value} />}
            <Pages nextToken={nextToken} isFirst={!params.value.has('after')} />
          </>
        )}
      </Answer>
    </Page>
  );
}

function NoRuns() {
  return isFiltered(params.value) ? (
    <Empty title="No run fits.">
      <a href={to.runs()}>Show all runs</a>
    </Empty>
  ) : (
    <Empty title="There are no runs yet.">
      They appear when a schedule slot selects people, or when a run is started on demand.
    </Empty>
  );
}

function Filters() {
  const of = (name: string): string => params.value.get(name) ?? '';
  const set = (name: string, value: string): void =>
    go(withParams({ [name]: value, after: undefined, ...(name === 'days' ? { day: undefined } : {}) }));
  const day = of('day');
  return (
    <div class="filters">
      <ul class="choices" aria-label="Status">
        {RUN_CHOICES.map(({ name, word }) => (
          <li key={name}>
            <a
              href={withParams({ show: name, after: undefined })}
              aria-current={of('show') === name ? 'true' : undefined}
            >
              {word}
            </a>
          </li>
        ))}
      </ul>
      <label>
        <span class="hidden">Kind of run</span>
        <select value={of('type')} onChange={({ currentTarget }) => set('type', currentTarget.value)}>
          <option value="">Any kind</option>
          {TYPES.map((type) => (
            <option key={type} value={type}>
              {executionTypeWord(type)}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="hidden">Time</span>
        <select value={of('days')} onChange={({ currentTarget }) => set('days', currentTarget.value)}>
          {SPANS.map(({ name, word }) => (
            <option key={name} value={name}>
              {word}
            </option>
          ))}
        </select>
      </label>
      {day === '' ? null : <Chip text={longDay(day)} name="day" />}
      {of('workflow') === '' ? null : <Chip text="one workflow" name="workflow" />}
    </div>
  );
}

/** A condition that was set elsewhere, and can be taken away. */
function Chip({ text, name }: { text: string; name: string }) {
  return (
    <a class="chip" href={withParams({ [name]: undefined, after: undefined })}>
      {text} <span aria-hidden="true">×</span>
      <span class="hidden">: take this condition away</span>
    </a>
  );
}

const COLUMNS: readonly Column<Run>[] = [
  { head: 'Workflow', cell: ({ id, workflow }) => <a href={to.run(id)}>{workflow.displayName}</a> },
  { head: 'Status', cell: ({ processingStatus }) => <Status value={processingStatus} /> },
  { head: 'Progress', cell: (run) => <RunBar run={run} /> },
  { head: 'People', isNumber: true, cell: ({ totalUsersCount }) => numeral(totalUsersCount) },
  {
    head: 'Failed',
    isNumber: true,
    cell: ({ failedUsersCount: count }) =>
      count === 0 ? <span class="soft">0</span> : <span class="bad-text">{numeral(count)}</span>,
  },
  {
    head: 'Kind',
    isMinor: true,
    cell: ({ workflowExecutionType, createdBy }) => (
      <>
        {executionTypeWord(workflowExecutionType)}
        {createdBy === null ? null : <span class="soft"> by {createdBy.id}</span>}
      </>
    ),
  },
  { head: 'Scheduled', cell: ({ scheduledDateTime }) => <Moment at={scheduledDateTime} /> },
  {
    head: 'Took',
    isNumber: true,
    isMinor: true,
    cell: ({ startedDateTime, completedDateTime }) => (
      <Took from={startedDateTime} until={completedDateTime} />
    ),
  },
];

/** Runs as rows, with their counters as they move. */
export function RunTable({ label, runs }: { label: string; runs: readonly Run[] }) {
  return <Table label={label} columns={COLUMNS} rows={runs.map(newestOf)} keyOf={({ id }) => id} />;
}
