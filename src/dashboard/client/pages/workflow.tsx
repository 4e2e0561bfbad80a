import type { Workflow } from '../../../model/workflow/workflow.ts';
import { plural } from '../../../text/numbers.ts';
import { whenText } from '../../../text/trigger-text.ts';
import type { WorkflowDetails } from '../../wire.ts';
import { CopyCurl } from '../actions/copy.tsx';
import { PausedNote, QuarantineNote, WorkflowActions, WorkflowState } from '../actions/workflow-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { DryRun } from '../forecast/dry-run.tsx';
import { ScopeChange } from '../forecast/scope-change.tsx';
import { WhatIf } from '../forecast/what-if.tsx';
import { me } from '../me.ts';
import { Answer, Empty } from '../parts/feedback.tsx';
import { Ago, Moment } from '../parts/moment.tsx';
import { Page, Section } from '../parts/page.tsx';
import { to } from '../routes.ts';
import { scopeText, taskText, versionChanges } from '../view/conditions.ts';
import { RunTable } from './runs.tsx';

/** One workflow: when it runs and for which people, what it does, and how it came to be so. */
export function WorkflowPage({ id }: { id: string }) {
  const address = data(`workflows/${encodeURIComponent(id)}`);
  const details = useLoaded<WorkflowDetails>(address);
  const workflow = details.body?.workflow;
  return (
    <Page
      title={workflow?.displayName ?? 'Workflow'}
      above={<a href={to.workflows}>Workflows</a>}
      actions={
        <>
          <CopyCurl address={address} />
          {workflow ? <DryRun workflow={shownOf(workflow)} /> : null}
          {workflow ? <WorkflowActions workflow={shownOf(workflow)} /> : null}
        </>
      }
    >
      <Answer of={details}>{(body) => <Details details={body} />}</Answer>
    </Page>
  );
}

function Details({ details }: { details: WorkflowDetails }) {
  const { workflow, versions, unrunnable, runs } = details;
  const shown = shownOf(workflow);
  return (
    <>
      <p class="facts">
        <WorkflowState workflow={shown} />
        <span>{workflow.category}</span>
        <span>
          version {workflow.version}, changed <Moment at={workflow.lastModifiedDateTime} />
          {workflow.lastModifiedBy === null ? null : ` by ${workflow.lastModifiedBy.id}`}
        </span>
        <code class="soft">{workflow.id}</code>
      </p>
      {workflow.description === null ? null : <p class="lead">{workflow.description}</p>}
      <QuarantineNote workflow={shown} />
      <PausedNote workflow={shown} />
      {unrunnable.map(({ taskId, name, failureReason }) => (
        <div key={taskId} class="note bad">
          <p>
            <strong>“{name}” cannot be run here.</strong> {failureReason}
          </p>
        </div>
      ))}
      <div class="columns even">
        <Section title="When and for which people">
          <Conditions workflow={workflow} />
        </Section>
        <Section title="What it does" aside={plural(workflow.tasks.length, 'task')}>
          <Tasks workflow={workflow} />
        </Section>
      </div>
      {me.value?.can.reports ? (
        <Section title="Newest runs" aside={<a href={to.runs({ workflow: workflow.id })}>All its runs</a>}>
          {runs.length === 0 ? (
            <Empty title="It has never run." />
          ) : (
            <RunTable label={`Newest runs of ${workflow.displayName}`} runs={runs} />
          )}
        </Section>
      ) : null}
      {me.value?.can.compare && versions.length > 1 ? <WhatIf id={workflow.id} versions={versions} /> : null}
      <Section
        title="Versions"
        aside={
          <>
            {plural(versions.length, 'version')} ·{' '}
            <a href={to.audit({ workflow: workflow.id })}>Who changed it</a>
          </>
        }
      >
        <Versions versions={versions} />
      </Section>
    </>
  );
}

/** What its buttons and notes go by. */
function shownOf(workflow: Workflow) {
  return {
    ...workflow,
    hasTrigger: 'trigger' in workflow.executionConditions,
    runsPausedDateTime: workflow.runsPausedDateTime ?? null,
  };
}

function Conditions({ workflow }: { workflow: Workflow }) {
  const { executionConditions: conditions, nextScheduleRunDateTime: next } = workflow;
  const scope = scopeText(conditions);
  return (
    <dl class="pairs card">
      <div>
        <dt>Due</dt>
        <dd>{whenText(conditions)}</dd>
      </div>
      <div>
        <dt>People</dt>
        <dd>{scope === null ? 'those that are named each time' : <code>{scope}</code>}</dd>
      </div>
      <div>
        <dt>Next slot</dt>
        <dd>
          {next === null ? (
            'none: its schedule is off'
          ) : (
            <>
              <Moment at={next} /> (<Ago at={next} />)
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}

function Tasks({ workflow }: { workflow: Workflow }) {
  return (
    <ol class="numbered card">
      {workflow.tasks.map((task) => (
        <li key={task.id} class={task.isEnabled ? undefined : 'soft'}>
          {taskText(task)}
          {task.description === null ? null : <p class="soft">{task.description}</p>}
        </li>
      ))}
    </ol>
  );
}

function Versions({ versions }: { versions: readonly Workflow[] }) {
  return (
    <ol class="time-line">
      {versions.map((version, at) => {
        const before = versions[at + 1];
        return (
          <li key={version.version} class="card">
            <div class="run-card-head">
              <span>Version {version.version}</span>
              <span class="soft">
                <Moment at={before === undefined ? version.createdDateTime : version.lastModifiedDateTime} />
                {version.lastModifiedBy === null ? null : ` by ${version.lastModifiedBy.id}`}
              </span>
            </div>
            {before === undefined ? (
              <p class="soft">The first one.</p>
            ) : (
              <>
                <Changes before={before} after={version} />
                <ScopeChange before={before} after={version} />
              </>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Changes({ before, after }: { before: Workflow; after: Workflow }) {
  const changes = versionChanges(before, after);
  if (changes.length === 0) return <p class="soft">Nothing that decides what it does has changed.</p>;
  return (
    <dl class="pairs">
      {changes.map(({ what, before: old, after: now }) => (
        <div key={what}>
          <dt>{what}</dt>
          <dd>
            {old === null ? null : (
              <del>
                <span class="hidden">before: </span>
                {old}
              </del>
            )}
            {now === null ? null : (
              <ins>
                <span class="hidden">after: </span>
                {now}
              </ins>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
