import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run } from '../../../model/resources/resources.ts';
import { duration, numeral, percent, plural } from '../../../text/numbers.ts';
import type { RunDetails } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { RunActions } from '../actions/run-actions.tsx';
import { WorkflowName } from '../actions/workflow-actions.tsx';
import { every } from '../browser.ts';
import { serverNow } from '../clock.ts';
import { data, reloadShown, useLoaded } from '../data.ts';
import { DryRunEffects } from '../forecast/effects.tsx';
import { newestOf } from '../live.ts';
import { Answer } from '../parts/feedback.tsx';
import { Moment, Took } from '../parts/moment.tsx';
import { Page, Tile } from '../parts/page.tsx';
import { RunBar } from '../parts/run-bar.tsx';
import { Status } from '../parts/status.tsx';
import { params, withParams } from '../router.ts';
import { to } from '../routes.ts';
import { paceOf, percentDone, processedTasks, type Sample, withSample } from '../view/run-progress.ts';
import { executionTypeWord, isFinal } from '../view/status.ts';
import { RunFailures } from './run/run-failures.tsx';
import { RunPeople } from './run/run-people.tsx';
import { RunReport } from './run/run-report.tsx';
import { RunTasks } from './run/run-tasks.tsx';

const REFRESH_MS = 2_000;
const SPOKEN_MS = 5_000;

/** One run: how far it is, and what became of each person and task. */
export function RunPage({ id }: { id: string }) {
  const address = data(`runs/${encodeURIComponent(id)}`);
  const details = useLoaded<RunDetails>(address);
  const run = details.body === null ? null : newestOf(details.body.run);
  const isActive = run !== null && !isFinal(run.processingStatus);
  useEffect(() => {
    if (!isActive) return undefined;
    return every(REFRESH_MS, () => {
      if (!document.hidden) reloadShown();
    });
  }, [isActive]);
  return (
    <Page
      title={run?.workflow.displayName ?? 'Run'}
      above={<a href={to.runs()}>Runs</a>}
      actions={
        <>
          <CopyCurl address={address} />
          {run === null ? null : <RunActions run={run} />}
        </>
      }
    >
      <Answer of={details}>{(body) => <Details details={body} run={newestOf(body.run)} />}</Answer>
    </Page>
  );
}

function Details({ details, run }: { details: RunDetails; run: Run }) {
  return (
    <>
      <Facts run={run} />
      <Progress run={run} />
      <Reprocessings runs={details.reprocessedRuns} run={run} />
      {run.workflowExecutionType === 'preview' ? <DryRunEffects run={run} /> : null}
      <Tabs details={details} run={run} />
    </>
  );
}

function Facts({ run }: { run: Run }) {
  const { workflow, workflowExecutionType, createdBy, isNoOp } = run;
  return (
    <p class="facts">
      <Status value={run.processingStatus} />
      <span>
        {executionTypeWord(workflowExecutionType)}
        {createdBy === null ? null : ` by ${createdBy.id}`}
      </span>
      <span>
        version {workflow.version} of <WorkflowName id={workflow.id} name={workflow.displayName} />
      </span>
      <span>
        scheduled <Moment at={run.scheduledDateTime} />
      </span>
      {run.startedDateTime === null ? null : (
        <span>
          started <Moment at={run.startedDateTime} />,{' '}
          {run.completedDateTime === null ? 'running for' : 'took'}{' '}
          <Took from={run.startedDateTime} until={run.completedDateTime} />
        </span>
      )}
      {isNoOp ? <span class="badge">no-op: nothing was really done</span> : null}
      {workflowExecutionType === 'preview' ? <span class="badge">dry run: nothing was changed</span> : null}
      <code class="soft">{run.id}</code>
    </p>
  );
}

function Progress({ run }: { run: Run }) {
  const { totalUsersCount, successfulUsersCount, failedUsersCount, failedTasksCount, totalTasksCount } = run;
  const done = processedTasks(run);
  const isActive = !isFinal(run.processingStatus);
  return (
    <div class="card progress">
      <div class="progress-head">
        <strong>{percentDone(run)} %</strong>
        <span class="soft">
          {numeral(successfulUsersCount + failedUsersCount)} of {plural(totalUsersCount, 'person', 'people')},{' '}
          {numeral(done)} of {plural(totalTasksCount, 'task')}
        </span>
        {isActive ? <Speed run={run} /> : null}
      </div>
      <RunBar run={run} isLarge />
      <Spoken
        text={`${numeral(successfulUsersCount + failedUsersCount)} of ${plural(totalUsersCount, 'person', 'people')}, ${numeral(failedUsersCount)} failed`}
      />
      <dl class="tiles plain">
        <Tile name="Succeeded" tone="good">
          {numeral(successfulUsersCount)}
        </Tile>
        <Tile name="Failed" tone={failedUsersCount > 0 ? 'bad' : ''}>
          {numeral(failedUsersCount)}
        </Tile>
        <Tile name={isActive ? 'To do' : 'Not processed'}>
          {numeral(totalUsersCount - successfulUsersCount - failedUsersCount)}
        </Tile>
        <Tile name="Tasks failed" tone={failedTasksCount > 0 ? 'bad' : ''}>
          {numeral(failedTasksCount)} <small>{percent(failedTasksCount, done)}</small>
        </Tile>
      </dl>
    </div>
  );
}

/** The totals for screen readers: said when they change, at most every five seconds. */
function Spoken({ text }: { text: string }) {
  const newest = useRef(text);
  const [said, say] = useState('');
  newest.current = text;
  useEffect(() => every(SPOKEN_MS, () => say(newest.current)), []);
  return (
    <p class="hidden" role="status">
      {said}
    </p>
  );
}

/** Rate and time left, from what came in within the last minute. */
function Speed({ run }: { run: Run }) {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  const tasks = processedTasks(run);
  const atMs = serverNow.value;
  useEffect(() => setSamples((known) => withSample(known, { atMs, tasks })), [atMs, tasks]);
  const pace = paceOf(samples, run.totalUnprocessedTasksCount);
  if (pace === null || pace.perSecond === 0) return null;
  return (
    <span class="soft pace">
      {numeral(pace.perSecond < 10 ? pace.perSecond : Math.round(pace.perSecond))} tasks/s
      {pace.leftMs === null
        ? null
        : ` · about ${duration(Math.max(1_000, Math.round(pace.leftMs / 1_000) * 1_000))} left`}
    </span>
  );
}

function Reprocessings({ runs, run }: { runs: readonly Run[]; run: Run }) {
  const origin =
    run.activatedOnScope !== null && 'run' in run.activatedOnScope ? run.activatedOnScope.run.id : null;
  if (runs.length === 0 && origin === null) return null;
  return (
    <p class="facts">
      {origin === null ? null : (
        <span>
          Reprocesses <a href={to.run(origin)}>another run</a>.
        </span>
      )}
      {runs.map((again) => (
        <span key={again.id}>
          Reprocessed <Moment at={again.scheduledDateTime} />:{' '}
          <a href={to.run(again.id)}>{plural(again.totalUsersCount, 'person', 'people')}</a>{' '}
          <Status value={newestOf(again).processingStatus} />
        </span>
      ))}
    </p>
  );
}

const TABS = [
  { name: '', word: 'People' },
  { name: 'failures', word: 'Failures by cause' },
  { name: 'tasks', word: 'Tasks' },
  { name: 'report', word: 'Report' },
] as const;

function Tabs({ details, run }: { details: RunDetails; run: Run }) {
  const tab = params.value.get('tab') ?? '';
  return (
    <section>
      <nav class="tabs" aria-label="Parts of the run">
        <ul>
          {TABS.filter(({ name }) => name !== 'failures' || run.failedTasksCount > 0 || tab === name).map(
            ({ name, word }) => (
              <li key={name}>
                <a
                  href={withParams({ tab: name, after: undefined, show: undefined, open: undefined })}
                  aria-current={tab === name ? 'true' : undefined}
                >
                  {word}
                </a>
              </li>
            ),
          )}
        </ul>
      </nav>
      {tab === 'failures' ? (
        <RunFailures run={run} />
      ) : tab === 'tasks' ? (
        <RunTasks run={run} />
      ) : tab === 'report' ? (
        <RunReport runId={run.id} report={details.report} />
      ) : (
        <RunPeople run={run} />
      )}
    </section>
  );
}
