import type { Run } from '../../../model/resources/resources.ts';
import { longDay, shortDay } from '../../../simulate/report/text.ts';
import { numeral, plural } from '../../../text/numbers.ts';
import type { DaySums, Overview, WorkflowBrief } from '../../wire.ts';
import { PausedNote, QuarantineNote, WorkflowName } from '../actions/workflow-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { newestOf } from '../live.ts';
import { StackedBars } from '../parts/chart.tsx';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Page, Section, Tile } from '../parts/page.tsx';
import { RunBar } from '../parts/run-bar.tsx';
import { Status } from '../parts/status.tsx';
import { Table } from '../parts/table.tsx';
import { to } from '../routes.ts';
import { isFinal } from '../view/status.ts';

const SERIES = [
  { className: 'successful', name: 'succeeded' },
  { className: 'failed', name: 'failed' },
  { className: 'left', name: 'not processed' },
] as const;

/** What runs, what failed, what is held, and what comes next. */
export function OverviewPage() {
  const overview = useLoaded<Overview>(data('overview'));
  return (
    <Page title="Overview">
      <Answer of={overview}>{(body) => <Sections overview={body} />}</Answer>
    </Page>
  );
}

function Sections({ overview }: { overview: Overview }) {
  const { active, failed, failedCount, quarantined, paused, next, days, isCut, workflowsCount } = overview;
  const running = active.map(newestOf).filter(({ processingStatus }) => !isFinal(processingStatus));
  const [first] = next;
  return (
    <>
      <dl class="tiles">
        <Tile name="Running now">{numeral(running.length)}</Tile>
        <Tile name="Failed, not reprocessed" tone={failedCount > 0 ? 'bad' : ''}>
          {numeral(failedCount)}
        </Tile>
        <Tile name="In quarantine" tone={quarantined.length > 0 ? 'held' : ''}>
          {numeral(quarantined.length)}
        </Tile>
        <Tile name="Next slot">
          {first?.nextScheduleRunDateTime ? <Ago at={first.nextScheduleRunDateTime} /> : 'none'}
        </Tile>
      </dl>
      {quarantined.map((workflow) => (
        <QuarantineNote key={workflow.id} workflow={workflow} />
      ))}
      {paused.map((workflow) => (
        <PausedNote key={workflow.id} workflow={workflow} />
      ))}
      <Section title="Running now">
        {running.length === 0 ? (
          <Empty title="No run is in progress.">
            {workflowsCount === 0
              ? 'There are no workflows yet.'
              : 'The next ones begin at their slots, or when they are started.'}
          </Empty>
        ) : (
          <ul class="cards">
            {running.map((run) => (
              <RunningCard key={run.id} run={run} />
            ))}
          </ul>
        )}
      </Section>
      <Section
        title="Failed, not reprocessed"
        aside={
          failedCount > failed.length ? (
            <a href={to.runs({ show: 'failed' })}>All runs with failures</a>
          ) : null
        }
      >
        {failed.length === 0 ? (
          <Empty title="Nothing is left to repair.">
            Of the runs of the last 30 days, each with failures was reprocessed.
          </Empty>
        ) : (
          <Table
            label="Runs with failures that were not reprocessed"
            rows={failed}
            keyOf={({ id }) => id}
            columns={FAILED_COLUMNS}
          />
        )}
      </Section>
      <div class="columns">
        <Section title="Next slots">
          {next.length === 0 ? (
            <Empty title="No workflow is scheduled.">
              A workflow is scheduled when it has a trigger and its schedule is on.
            </Empty>
          ) : (
            <ul class="lines">
              {next.map((workflow) => (
                <NextLine key={workflow.id} workflow={workflow} />
              ))}
            </ul>
          )}
        </Section>
        <Section title="People, last 30 days" aside={isCut ? 'The oldest days are incomplete.' : null}>
          <Days days={days} />
        </Section>
      </div>
    </>
  );
}

function RunningCard({ run }: { run: Run }) {
  const { id, workflow, processingStatus, totalUsersCount, successfulUsersCount, failedUsersCount } = run;
  return (
    <li class="card run-card">
      <div class="run-card-head">
        <a href={to.run(id)}>{workflow.displayName}</a>
        <Status value={processingStatus} />
      </div>
      <RunBar run={run} />
      <p class="soft">
        {numeral(successfulUsersCount + failedUsersCount)} of {plural(totalUsersCount, 'person', 'people')}
        {failedUsersCount > 0 ? <span class="bad-text"> · {numeral(failedUsersCount)} failed</span> : null}
        {run.startedDateTime === null ? null : (
          <>
            {' '}
            · started <Ago at={run.startedDateTime} />
          </>
        )}
      </p>
    </li>
  );
}

const FAILED_COLUMNS = [
  {
    head: 'Workflow',
    cell: (run: Run) => <a href={to.run(run.id, { tab: 'failures' })}>{run.workflow.displayName}</a>,
  },
  { head: 'Status', cell: (run: Run) => <Status value={run.processingStatus} /> },
  {
    head: 'People failed',
    isNumber: true,
    cell: (run: Run) => `${numeral(run.failedUsersCount)} of ${numeral(run.totalUsersCount)}`,
  },
  { head: 'Ended', cell: (run: Run) => <Moment at={run.completedDateTime} /> },
];

function NextLine({ workflow }: { workflow: WorkflowBrief }) {
  const { id, displayName, nextScheduleRunDateTime } = workflow;
  return (
    <li>
      <WorkflowName id={id} name={displayName} />
      <span class="soft">
        <Moment at={nextScheduleRunDateTime} />
        {nextScheduleRunDateTime === null ? null : (
          <>
            {' '}
            · <Ago at={nextScheduleRunDateTime} />
          </>
        )}
      </span>
    </li>
  );
}

function Days({ days }: { days: readonly DaySums[] }) {
  const sum = (of: (day: DaySums) => number): number => days.reduce((total, day) => total + of(day), 0);
  const runs = sum((day) => day.runs);
  if (runs === 0) return <Empty title="No runs in the last 30 days." />;
  const good = sum((day) => day.successfulUsers);
  const bad = sum((day) => day.failedUsers);
  const text = `${plural(runs, 'run')}: ${numeral(good)} succeeded, ${numeral(bad)} failed`;
  return (
    <>
      <p class="soft">{text}.</p>
      <StackedBars
        label={`People of the last 30 days, by day. ${text}.`}
        series={SERIES}
        bars={days.map(({ day, runs: count, successfulUsers, failedUsers, otherUsers }) => ({
          key: day,
          title: `${longDay(day)}: ${plural(count, 'run')}, ${numeral(successfulUsers)} succeeded, ${numeral(failedUsers)} failed, ${numeral(otherUsers)} not processed`,
          values: [successfulUsers, failedUsers, otherUsers],
        }))}
        axisLabels={days.flatMap(({ day }, at) => (at % 7 === 1 ? { at, text: shortDay(day) } : []))}
      />
    </>
  );
}
