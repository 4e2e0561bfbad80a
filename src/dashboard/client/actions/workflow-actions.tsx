/** What can be done with a workflow. */
import { useState } from 'preact/hooks';
import type { WorkflowBrief } from '../../wire.ts';
import { api } from '../data.ts';
import { me } from '../me.ts';
import { Moment } from '../parts/moment.tsx';
import { Sign } from '../parts/status.tsx';
import { to } from '../routes.ts';
import { ActionButton } from './action-button.tsx';
import { RunDialog } from './run-dialog.tsx';

type Shown = Pick<
  WorkflowBrief,
  | 'id'
  | 'displayName'
  | 'isEnabled'
  | 'isSchedulingEnabled'
  | 'quarantineDetails'
  | 'hasTrigger'
  | 'runsPausedDateTime'
>;

/** A workflow, as a link where one may see it. */
export function WorkflowName({ id, name }: { id: string; name: string }) {
  return me.value?.can.workflows ? <a href={to.workflow(id)}>{name}</a> : <span>{name}</span>;
}

/** Whether the schedule takes people into it. */
export function WorkflowState({ workflow }: { workflow: Shown }) {
  const { isEnabled, isSchedulingEnabled, hasTrigger, quarantineDetails } = workflow;
  if (quarantineDetails.quarantineType !== 'notQuarantined') {
    return (
      <span class="status">
        <Sign tone="held" />
        in quarantine
      </span>
    );
  }
  if (workflow.runsPausedDateTime !== null) {
    return (
      <span class="status">
        <Sign tone="held" />
        runs paused
      </span>
    );
  }
  if (!isEnabled) {
    return (
      <span class="status">
        <Sign tone="stopped" />
        disabled
      </span>
    );
  }
  return (
    <span class="status">
      <Sign tone={isSchedulingEnabled ? 'good' : 'waiting'} />
      {isSchedulingEnabled ? 'scheduled' : hasTrigger ? 'schedule is off' : 'on demand only'}
    </span>
  );
}

/** Turns the schedule of a workflow on or off. */
export function ScheduleSwitch({ workflow }: { workflow: Shown }) {
  const { id, isEnabled, isSchedulingEnabled, hasTrigger } = workflow;
  if (!me.value?.can.change || !isEnabled || !hasTrigger) return null;
  return (
    <ActionButton
      label={isSchedulingEnabled ? 'Stop the schedule' : 'Start the schedule'}
      method="PATCH"
      address={api(`workflows/${id}`)}
      body={{ isSchedulingEnabled: !isSchedulingEnabled }}
      done={isSchedulingEnabled ? 'The schedule is off.' : 'The schedule is on, from the next slot.'}
    />
  );
}

/** Why a workflow is held, and the way out. */
export function QuarantineNote({ workflow }: { workflow: Shown }) {
  const { id, displayName, quarantineDetails } = workflow;
  const { quarantineType, quarantineReason, quarantinedDateTime } = quarantineDetails;
  if (quarantineType === 'notQuarantined') return null;
  return (
    <div class="note held">
      <p>
        <Sign tone="held" /> <WorkflowName id={id} name={displayName} /> is in quarantine since{' '}
        <Moment at={quarantinedDateTime} />. {quarantineReason} It takes no people until it is released.
      </p>
      {me.value?.can.change ? (
        <ActionButton
          label="Release"
          method="POST"
          address={api(`workflows/${id}/clearQuarantine`)}
          done="Released: the next slot takes people again."
        />
      ) : null}
    </div>
  );
}

/** Since when the runs of a workflow stand still, and the way on. */
export function PausedNote({ workflow }: { workflow: Shown }) {
  const { id, displayName, runsPausedDateTime } = workflow;
  if (runsPausedDateTime === null) return null;
  return (
    <div class="note">
      <p>
        <Sign tone="held" /> The runs of <WorkflowName id={id} name={displayName} /> are paused since{' '}
        <Moment at={runsPausedDateTime} />: no further task starts, in any process.
      </p>
      <PauseButton workflow={workflow} />
    </div>
  );
}

function PauseButton({ workflow: { id, runsPausedDateTime } }: { workflow: Shown }) {
  if (!me.value?.can.change) return null;
  const isPaused = runsPausedDateTime !== null;
  return (
    <ActionButton
      label={isPaused ? 'Resume its runs' : 'Pause its runs'}
      method="POST"
      address={api(`workflows/${id}/${isPaused ? 'resumeRuns' : 'pauseRuns'}`)}
      done={isPaused ? 'Its runs go on.' : 'Paused: tasks that are running end, and no further one starts.'}
    />
  );
}

/** Buttons of a workflow. */
export function WorkflowActions({ workflow }: { workflow: Shown }) {
  const [isAsked, ask] = useState(false);
  const { id, isEnabled } = workflow;
  const can = me.value?.can;
  return (
    <>
      {can?.change ? (
        <ActionButton
          label={isEnabled ? 'Disable' : 'Enable'}
          method="PATCH"
          address={api(`workflows/${id}`)}
          body={{ isEnabled: !isEnabled }}
          done={isEnabled ? 'Disabled, and its schedule is off.' : 'Enabled.'}
        />
      ) : null}
      {workflow.runsPausedDateTime === null ? <PauseButton workflow={workflow} /> : null}
      <ScheduleSwitch workflow={workflow} />
      {can?.activate && isEnabled ? (
        <button type="button" class="primary" onClick={() => ask(true)}>
          Run on demand
        </button>
      ) : null}
      {isAsked ? <RunDialog workflow={workflow} close={() => ask(false)} /> : null}
    </>
  );
}
