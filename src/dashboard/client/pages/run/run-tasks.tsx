import type { Run, TaskProcessingResult } from '../../../../model/resources/resources.ts';
import { CsvLink } from '../../actions/csv-link.tsx';
import { api, useLoaded } from '../../data.ts';
import { Answer, Empty } from '../../parts/feedback.tsx';
import { Moment, Took } from '../../parts/moment.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, Pages, Table } from '../../parts/table.tsx';
import { params, withParams } from '../../router.ts';
import { to } from '../../routes.ts';
import { type GraphPage, graphPath, nextTokenOf } from '../../view/graph-pages.ts';

const CHOICES = [
  { name: '', word: 'Failed', status: 'failed' },
  { name: 'completed', word: 'Completed', status: 'completed' },
  { name: 'inProgress', word: 'In progress', status: 'inProgress' },
  { name: 'canceled', word: 'Canceled', status: 'canceled' },
  { name: 'all', word: 'All', status: null },
] as const;

/** The task results of a run, those that failed first of all. */
export function RunTasks({ run }: { run: Run }) {
  const show = params.value.get('show') ?? '';
  const after = params.value.get('after');
  const status = CHOICES.find(({ name }) => name === show)?.status ?? null;
  const path = graphPath(`workflows/${run.workflow.id}/runs/${run.id}/taskProcessingResults`, {
    $top: '50',
    $filter: status === null ? null : `processingStatus eq '${status}'`,
    $skiptoken: after,
  });
  const tasks = useLoaded<GraphPage<TaskProcessingResult>>(api(path));
  return (
    <>
      <div class="filters">
        <ul class="choices" aria-label="Status">
          {CHOICES.map(({ name, word }) => (
            <li key={name}>
              <a
                href={withParams({ show: name, after: undefined })}
                aria-current={show === name ? 'true' : undefined}
              >
                {word}
              </a>
            </li>
          ))}
        </ul>
        <CsvLink path={`runs/${run.id}/tasks`} params={{ status: status ?? undefined }} />
      </div>
      <Answer of={tasks}>
        {(page) => (
          <>
            {page.value.length === 0 ? (
              <Empty title={status === 'failed' ? 'No task has failed.' : 'No task fits.'} />
            ) : (
              <Table label="Tasks of the run" columns={COLUMNS} rows={page.value} keyOf={({ id }) => id} />
            )}
            <Pages nextToken={nextTokenOf(page)} isFirst={after === null} />
          </>
        )}
      </Answer>
    </>
  );
}

const COLUMNS: readonly Column<TaskProcessingResult>[] = [
  { head: 'Person', cell: ({ subject }) => <a href={to.person(subject.id)}>{subject.id}</a> },
  { head: 'Task', cell: ({ task }) => task.displayName },
  { head: 'Status', cell: ({ processingStatus }) => <Status value={processingStatus} /> },
  {
    head: 'What was said',
    cell: ({ failureReason, processingInfo }) =>
      failureReason === null ? (
        <span class="soft">{processingInfo ?? '–'}</span>
      ) : (
        <span class="reason-cell">{failureReason}</span>
      ),
  },
  { head: 'Ended', cell: ({ completedDateTime }) => <Moment at={completedDateTime} /> },
  {
    head: 'Took',
    isNumber: true,
    isMinor: true,
    cell: ({ startedDateTime, completedDateTime }) => (
      <Took from={startedDateTime} until={completedDateTime} />
    ),
  },
];
