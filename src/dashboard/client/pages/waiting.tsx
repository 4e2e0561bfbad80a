import { useEffect, useState } from 'preact/hooks';
import type { WaitingPage as Waiting, WaitingRow } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { CsvLink } from '../actions/csv-link.tsx';
import { ResumeDialog } from '../actions/resume-dialog.tsx';
import { every } from '../browser.ts';
import { serverNow } from '../clock.ts';
import { data, reloadShown, useLoaded } from '../data.ts';
import { me } from '../me.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Page } from '../parts/page.tsx';
import { type Column, Pages, Table } from '../parts/table.tsx';
import { params } from '../router.ts';
import { to } from '../routes.ts';

/** Callbacks make no news of runs, so the page asks by itself. */
const RELOAD_MS = 10_000;

/** Who waits for the answer of a custom task extension, and how long yet. */
export function WaitingPage() {
  const after = params.value.get('after');
  const address = data('waiting', { after: after ?? undefined });
  const waiting = useLoaded<Waiting>(address);
  useEffect(
    () =>
      every(RELOAD_MS, () => {
        if (!document.hidden) reloadShown();
      }),
    [],
  );
  return (
    <Page
      title="Waiting callbacks"
      actions={
        <>
          <CsvLink path="waiting" />
          <CopyCurl address={address} />
        </>
      }
    >
      <p class="lead soft">
        Tasks that have called a system and wait for its answer, of all runs and all processes on this
        database. Without an answer in time a task fails.
      </p>
      <Answer of={waiting}>
        {({ value, nextToken }) => (
          <>
            {value.length > 0 ? (
              <Table
                label="Waiting tasks"
                columns={me.value?.can.change ? [...COLUMNS, RESUME] : COLUMNS}
                rows={value}
                keyOf={({ id }) => id}
              />
            ) : nextToken === null ? (
              <Empty title="No task waits for a callback.">
                Tasks appear here when they call a custom task extension with the reply mode “callback”, or a
                webhook that answers later.
              </Empty>
            ) : (
              <Empty title="None on this page." />
            )}
            <Pages nextToken={nextToken} isFirst={after === null} />
          </>
        )}
      </Answer>
    </Page>
  );
}

const COLUMNS: readonly Column<WaitingRow>[] = [
  {
    head: 'Person',
    cell: ({ subject, displayName }) => (
      <a href={to.person(subject.id)}>
        {displayName === null ? (
          subject.id
        ) : (
          <>
            {displayName} <span class="soft">{subject.id}</span>
          </>
        )}
      </a>
    ),
  },
  { head: 'Task', cell: ({ task }) => task.displayName },
  {
    head: 'Waits for',
    cell: ({ extension }) =>
      extension === null ? '' : (extension.displayName ?? <span class="soft">a deleted extension</span>),
  },
  {
    head: 'In the run of',
    cell: ({ runId, subject, workflow }) => (
      <a href={to.run(runId, { person: subject.id })}>
        {workflow.displayName}
        <span class="hidden"> for {subject.id}</span>
      </a>
    ),
  },
  { head: 'Since', cell: ({ waitingSinceDateTime }) => <Moment at={waitingSinceDateTime} /> },
  { head: 'Until', cell: ({ waitingUntilDateTime }) => <Until at={waitingUntilDateTime} /> },
];

const RESUME: Column<WaitingRow> = { head: 'Answer', cell: (task) => <Resume task={task} /> };

function isOver({ waitingUntilDateTime }: WaitingRow): boolean {
  return Date.parse(waitingUntilDateTime) <= serverNow.value;
}

function Until({ at }: { at: string }) {
  return (
    <>
      <Moment at={at} />{' '}
      <span class="soft">
        (<Ago at={at} />)
      </span>
    </>
  );
}

function Resume({ task }: { task: WaitingRow }) {
  const [isAsked, ask] = useState(false);
  if (isOver(task)) return <span class="soft">its time is over</span>;
  return (
    <>
      <button type="button" onClick={() => ask(true)} aria-label={`Answer for ${task.subject.id}`}>
        Answer
      </button>
      {isAsked ? <ResumeDialog task={task} close={() => ask(false)} /> : null}
    </>
  );
}
