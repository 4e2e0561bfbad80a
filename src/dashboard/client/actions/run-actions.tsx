/** What can be done with a run: only what its state and the caller's rights allow. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Run, UserProcessingResult } from '../../../model/resources/resources.ts';
import { numeral, plural } from '../../../text/numbers.ts';
import { api, reloadShown, send } from '../data.ts';
import { me } from '../me.ts';
import { go } from '../router.ts';
import { to } from '../routes.ts';
import { isFinal } from '../view/status.ts';
import { say } from './copy.tsx';
import { Confirm } from './dialog.tsx';

const NAMESPACE = '#microsoft.graph.identityGovernance.';

/** Sends an activation, and goes to the run that it made. */
export async function activate(path: string, body: object): Promise<void> {
  const answer = await send(api(path), { method: 'POST', body });
  const id = answer.headers.get('x-run-id');
  if (id !== null) go(to.run(id));
  reloadShown();
}

/** Buttons of a run. */
export function RunActions({ run }: { run: Run }) {
  const [asked, ask] = useState<'cancel' | 'reprocess' | null>(null);
  const { processingStatus: status, failedUsersCount } = run;
  const can = me.value?.can;
  const close = (): void => ask(null);
  return (
    <>
      {can?.activate &&
      isFinal(status) &&
      status !== 'quarantined' &&
      run.workflowExecutionType !== 'preview' ? (
        <button
          type="button"
          class={failedUsersCount > 0 ? 'primary' : undefined}
          onClick={() => ask('reprocess')}
        >
          Reprocess
        </button>
      ) : null}
      {can?.change && !isFinal(status) && status !== 'canceling' ? (
        <button type="button" class="danger" onClick={() => ask('cancel')}>
          Cancel the run
        </button>
      ) : null}
      {asked === 'cancel' ? <CancelDialog run={run} close={close} /> : null}
      {asked === 'reprocess' ? <ReprocessDialog run={run} close={close} /> : null}
    </>
  );
}

interface ResultProps {
  readonly workflowId: string;
  readonly result: Pick<UserProcessingResult, 'id' | 'processingStatus' | 'subject'>;
}

/** Whether a person did not complete all tasks, and one may do them again. */
export function canReprocess({ processingStatus }: ResultProps['result']): boolean {
  return (
    Boolean(me.value?.can.activate) &&
    ['failed', 'completedWithErrors', 'canceled'].includes(processingStatus)
  );
}

/** Does again, for one person, what they did not complete. */
export function ReprocessPerson({ workflowId, result }: ResultProps) {
  if (!canReprocess(result)) return null;
  const { id, subject } = result;
  return (
    <p>
      <ReprocessResults
        workflowId={workflowId}
        ids={[id]}
        label="Reprocess this person"
        title={`Reprocess ${subject.id}?`}
      />
    </p>
  );
}

interface ResultsProps {
  readonly workflowId: string;
  /** Of user results. */
  readonly ids: readonly string[];
  readonly label: string;
  readonly title: string;
}

/** Does again, for the people of some results and in one run, what they did not complete. */
export function ReprocessResults({ workflowId, ids, label, title }: ResultsProps) {
  const [isAsked, ask] = useState(false);
  const scope = {
    '@odata.type': `${NAMESPACE}activateProcessingResultScope`,
    taskScope: 'failedTasks',
    processingResults: ids.map((id) => ({ id })),
  };
  return (
    <>
      <button type="button" onClick={() => ask(true)}>
        {label}
      </button>
      {isAsked ? (
        <Confirm
          title={title}
          verb={`Reprocess ${plural(ids.length, 'person', 'people')}`}
          act={() => activate(`workflows/${workflowId}/activateWithScope`, { scope })}
          close={() => ask(false)}
        >
          <p>
            The tasks that {ids.length === 1 ? 'this person' : 'these people'} did not complete are done, in a
            new run with the newest version of the workflow.
          </p>
        </Confirm>
      ) : null}
    </>
  );
}

interface DialogProps {
  readonly run: Run;
  readonly close: () => void;
}

function CancelDialog({ run, close }: DialogProps) {
  const {
    id,
    workflow,
    totalUsersCount,
    successfulUsersCount,
    failedUsersCount,
    totalUnprocessedTasksCount,
  } = run;
  const left = totalUsersCount - successfulUsersCount - failedUsersCount;
  const cancel = async (): Promise<void> => {
    const scope = { '@odata.type': `${NAMESPACE}cancelRunsScope`, runs: [{ id }] };
    await send(api(`workflows/${workflow.id}/cancelProcessing`), { method: 'POST', body: { scope } });
    say('The run is being canceled.');
    reloadShown();
  };
  return (
    <Confirm title="Cancel this run?" verb="Cancel the run" isDangerous act={cancel} close={close}>
      <p>
        <strong>{plural(left, 'person is', 'people are')} not finished</strong>, with{' '}
        {plural(totalUnprocessedTasksCount, 'task')} to do. Tasks that are running end first; the others are
        not started, and what was done stays done.
      </p>
      <p class="soft">
        {numeral(successfulUsersCount)} succeeded and {numeral(failedUsersCount)} failed so far. Those that
        are left can be reprocessed later.
      </p>
    </Confirm>
  );
}

function ReprocessDialog({ run, close }: DialogProps) {
  const { id, workflow, totalUsersCount, failedUsersCount } = run;
  const [userScope, chooseUsers] = useState(failedUsersCount > 0 ? 'failedUsers' : 'allUsers');
  const [taskScope, chooseTasks] = useState('failedTasks');
  const people = userScope === 'failedUsers' ? failedUsersCount : totalUsersCount;
  const reprocess = (): Promise<void> => {
    const scope = { '@odata.type': `${NAMESPACE}activateRunScope`, run: { id }, taskScope, userScope };
    return activate(`workflows/${workflow.id}/activateWithScope`, { scope });
  };
  return (
    <Confirm
      title="Reprocess this run?"
      verb={`Reprocess ${plural(people, 'person', 'people')}`}
      isDisabled={people === 0}
      act={reprocess}
      close={close}
    >
      <fieldset>
        <legend>People</legend>
        <Choice
          name="people"
          value="failedUsers"
          chosen={userScope}
          choose={chooseUsers}
          isDisabled={failedUsersCount === 0}
        >
          The {numeral(failedUsersCount)} with a failed task
        </Choice>
        <Choice name="people" value="allUsers" chosen={userScope} choose={chooseUsers}>
          All {numeral(totalUsersCount)}
        </Choice>
      </fieldset>
      <fieldset>
        <legend>Tasks</legend>
        <Choice name="tasks" value="failedTasks" chosen={taskScope} choose={chooseTasks}>
          Those that a person did not complete
        </Choice>
        <Choice name="tasks" value="allTasks" chosen={taskScope} choose={chooseTasks}>
          All tasks, also those that are done
        </Choice>
      </fieldset>
      <p class="soft">A new run is made, with the newest version of “{workflow.displayName}”.</p>
    </Confirm>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly chosen: string;
  readonly choose: (value: string) => void;
  readonly isDisabled?: boolean;
  readonly children: ComponentChildren;
}

function Choice({ name, value, chosen, choose, isDisabled, children }: ChoiceProps) {
  return (
    <label class="choice">
      <input
        type="radio"
        name={name}
        value={value}
        checked={chosen === value}
        disabled={isDisabled}
        onChange={() => choose(value)}
      />
      <span>{children}</span>
    </label>
  );
}
