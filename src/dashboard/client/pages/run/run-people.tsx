import type {
  Run,
  TaskProcessingResult,
  UserProcessingResult,
} from '../../../../model/resources/resources.ts';
import type { UserStatus } from '../../../../model/status.ts';
import { numeral, plural } from '../../../../text/numbers.ts';
import { CsvLink } from '../../actions/csv-link.tsx';
import { canReprocess, ReprocessPerson, ReprocessResults } from '../../actions/run-actions.tsx';
import { api, useLoaded } from '../../data.ts';
import { ChooseRow, ChosenBar, useChosen } from '../../parts/choosing.tsx';
import { Answer, Empty } from '../../parts/feedback.tsx';
import { Moment, Took } from '../../parts/moment.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, Pages, Table } from '../../parts/table.tsx';
import { TaskList } from '../../parts/task-list.tsx';
import { go, params, withParams } from '../../router.ts';
import { to } from '../../routes.ts';
import { type GraphPage, graphPath, nextTokenOf, quotedText } from '../../view/graph-pages.ts';

/** A result, with what the directory knows of its person. */
export type PersonResult = UserProcessingResult & {
  readonly subject: { readonly id: string; readonly displayName?: string | null };
};

const CHOICES: readonly {
  readonly name: string;
  readonly word: string;
  readonly statuses: readonly UserStatus[];
}[] = [
  { name: '', word: 'All', statuses: [] },
  { name: 'failed', word: 'With failures', statuses: ['failed', 'completedWithErrors'] },
  { name: 'completed', word: 'Completed', statuses: ['completed'] },
  { name: 'active', word: 'Not finished', statuses: ['queued', 'inProgress'] },
  { name: 'canceled', word: 'Canceled', statuses: ['canceled'] },
];

/** Rows of a page. */
const TOP = '50';

/** The people of a run; a row opens to the person's tasks. */
export function RunPeople({ run }: { run: Run }) {
  const show = params.value.get('show') ?? '';
  const person = params.value.get('person');
  const after = params.value.get('after');
  const statuses = CHOICES.find(({ name }) => name === show)?.statuses ?? [];
  const parts = [
    statuses.length === 0 ? null : `processingStatus in (${statuses.map(quotedText).join(',')})`,
    person === null ? null : `subject/id eq ${quotedText(person)}`,
  ].filter((part) => part !== null);
  const base = `workflows/${run.workflow.id}/runs/${run.id}/userProcessingResults`;
  const results = useLoaded<GraphPage<PersonResult>>(
    api(
      graphPath(base, {
        $top: TOP,
        $expand: 'subject($select=id,displayName)',
        $filter: parts.join(' and '),
        $skiptoken: after,
      }),
    ),
  );
  const open = params.value.get('open');
  const chosen = useChosen<PersonResult>();
  const count = chosen.rows.size;
  return (
    <>
      <div class="filters">
        <ul class="choices" aria-label="Status">
          {CHOICES.map(({ name, word }) => (
            <li key={name}>
              <a
                href={withParams({ show: name, after: undefined, open: undefined })}
                aria-current={show === name ? 'true' : undefined}
              >
                {word}
              </a>
            </li>
          ))}
        </ul>
        <FindPerson person={person} />
        <CsvLink
          path={`runs/${run.id}/people`}
          params={{ status: statuses.join(','), person: person ?? undefined }}
        />
      </div>
      <Answer of={results}>
        {(page) => (
          <>
            {page.value.length === 0 ? (
              <Empty title="No person fits.">
                <a href={withParams({ show: undefined, person: undefined, after: undefined })}>
                  Show all people of the run
                </a>
              </Empty>
            ) : (
              <>
                <ChosenBar
                  chosen={chosen}
                  rows={new Map(page.value.filter(canReprocess).map((one) => [one.id, one]))}
                >
                  <ReprocessResults
                    workflowId={run.workflow.id}
                    ids={[...chosen.rows.keys()]}
                    label={`Reprocess ${plural(count, 'person', 'people')} …`}
                    title={`Reprocess ${plural(count, 'person', 'people')}?`}
                  />
                </ChosenBar>
                <Table
                  label="People of the run"
                  columns={COLUMNS}
                  rows={page.value}
                  keyOf={({ id }) => id}
                  before={(result) =>
                    canReprocess(result) ? (
                      <ChooseRow
                        chosen={chosen}
                        id={result.id}
                        row={result}
                        label={`Select ${result.subject.id}`}
                      />
                    ) : null
                  }
                  detail={(result) =>
                    result.id === open ? (
                      <>
                        <TasksOfPerson path={`${base}/${result.id}/taskProcessingResults`} />
                        <ReprocessPerson workflowId={run.workflow.id} result={result} />
                      </>
                    ) : null
                  }
                />
              </>
            )}
            <Pages nextToken={nextTokenOf(page)} isFirst={after === null} />
          </>
        )}
      </Answer>
    </>
  );
}

function FindPerson({ person }: { person: string | null }) {
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget as HTMLFormElement).get('person') ?? '').trim();
    go(withParams({ person: text, after: undefined, open: undefined }));
  };
  return (
    <form class="inline" onSubmit={find}>
      <input
        name="person"
        aria-label="Person id"
        placeholder="Person id"
        defaultValue={person ?? ''}
        autocomplete="off"
      />
      <button type="submit">Find</button>
    </form>
  );
}

/** The name of a person, where the directory knows one, and the id. */
function PersonName({ subject }: { subject: PersonResult['subject'] }) {
  const { id, displayName } = subject;
  return displayName ? (
    <>
      {displayName} <span class="soft">{id}</span>
    </>
  ) : (
    id
  );
}

const COLUMNS: readonly Column<PersonResult>[] = [
  {
    head: 'Person',
    cell: ({ id, subject }) => {
      const isOpen = params.value.get('open') === id;
      return (
        <a class="opens" href={withParams({ open: isOpen ? undefined : id })} aria-expanded={isOpen}>
          <PersonName subject={subject} />
        </a>
      );
    },
  },
  { head: 'Status', cell: ({ processingStatus }) => <Status value={processingStatus} /> },
  {
    head: 'Tasks done',
    isNumber: true,
    cell: ({ totalTasksCount, totalUnprocessedTasksCount }) =>
      `${numeral(totalTasksCount - totalUnprocessedTasksCount)} of ${numeral(totalTasksCount)}`,
  },
  {
    head: 'Failed',
    isNumber: true,
    cell: ({ failedTasksCount: count }) =>
      count === 0 ? <span class="soft">0</span> : <span class="bad-text">{count}</span>,
  },
  { head: 'Started', cell: ({ startedDateTime }) => <Moment at={startedDateTime} /> },
  {
    head: 'Took',
    isNumber: true,
    isMinor: true,
    cell: ({ startedDateTime, completedDateTime }) => (
      <Took from={startedDateTime} until={completedDateTime} />
    ),
  },
  {
    head: 'History',
    cell: ({ subject }) => (
      <a href={to.person(subject.id)} aria-label={`All runs of ${subject.id}`}>
        All runs
      </a>
    ),
  },
];

function TasksOfPerson({ path }: { path: string }) {
  const tasks = useLoaded<GraphPage<TaskProcessingResult>>(api(path));
  return <Answer of={tasks}>{({ value }) => <TaskList tasks={value} />}</Answer>;
}
