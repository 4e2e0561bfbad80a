import { useState } from 'preact/hooks';
import type { WaitingRow } from '../../wire.ts';
import { api, reloadShown, send } from '../data.ts';
import { say } from './copy.tsx';
import { Confirm } from './dialog.tsx';

/** Answers for a custom task extension that has not: as success or as failure. */
export function ResumeDialog({ task, close }: { task: WaitingRow; close: () => void }) {
  const [status, choose] = useState<'completed' | 'failed'>('completed');
  const { id, runId, workflow, subject, displayName, extension } = task;
  const resume = async (): Promise<void> => {
    await send(api(`workflows/${workflow.id}/runs/${runId}/taskProcessingResults/${id}/resume`), {
      method: 'POST',
      body: { source: 'tenure dashboard', type: 'lifecycleEvent', data: { operationStatus: status } },
    });
    say(`“${task.task.displayName}” goes on for ${displayName ?? subject.id}.`);
    reloadShown();
  };
  return (
    <Confirm
      title={`Answer for ${displayName ?? subject.id}?`}
      verb={status === 'completed' ? 'Resume as success' : 'Resume as failure'}
      isDangerous={status === 'failed'}
      act={resume}
      close={close}
    >
      <p>
        “{task.task.displayName}” of “{workflow.displayName}” waits for{' '}
        {extension === null ? 'a callback' : (extension.displayName ?? 'an extension that was deleted')}. An
        answer is final: one that comes later is refused.
      </p>
      <fieldset>
        <legend>What the task ends as</legend>
        <label class="choice">
          <input
            type="radio"
            name="status"
            checked={status === 'completed'}
            onChange={() => choose('completed')}
          />
          <span>Success: the person goes on with the next task</span>
        </label>
        <label class="choice">
          <input type="radio" name="status" checked={status === 'failed'} onChange={() => choose('failed')} />
          <span>Failure: as if the system had reported it</span>
        </label>
      </fieldset>
    </Confirm>
  );
}
