import { useState } from 'preact/hooks';
import { plural } from '../../../text/numbers.ts';
import type { Forecast, WorkflowBrief } from '../../wire.ts';
import { Confirm } from '../actions/dialog.tsx';
import { activate } from '../actions/run-actions.tsx';
import { data, useLoaded } from '../data.ts';
import { me } from '../me.ts';

type Shown = Pick<WorkflowBrief, 'id' | 'displayName' | 'isEnabled' | 'hasTrigger'>;

/** Previews a workflow for all people that its next slot would take. */
export function DryRun({ workflow }: { workflow: Shown }) {
  const [isAsked, ask] = useState(false);
  if (!me.value?.can.change || !workflow.isEnabled || !workflow.hasTrigger) return null;
  return (
    <>
      <button type="button" onClick={() => ask(true)}>
        Dry run
      </button>
      {isAsked ? <DryRunDialog workflow={workflow} close={() => ask(false)} /> : null}
    </>
  );
}

function DryRunDialog({ workflow: { id, displayName }, close }: { workflow: Shown; close: () => void }) {
  const { body, error } = useLoaded<Forecast>(data(`forecasts/${id}`));
  const count = body?.usersCount ?? null;
  return (
    <Confirm
      title={`Dry run of “${displayName}”`}
      verb={count === null ? 'Start the dry run' : `Dry run for ${plural(count, 'person', 'people')}`}
      isDisabled={count === null || count === 0}
      act={() => activate(`workflows/${id}/previewWorkflow`, { nextSlot: true })}
      close={close}
    >
      <p aria-live="polite">
        {error === null
          ? count === null
            ? 'Counting the people of the next slot …'
            : count === 0
              ? 'The next slot would take no one, by the directory as it is now.'
              : `The next slot would take ${plural(count, 'person', 'people')}, by the directory as it is now.`
          : error.message}
      </p>
      <p class="soft">
        Nothing is changed: each task says what it would do for each of them, and the page of the dry run
        counts and lists it. It can be canceled there, and takes the place of the last one.
      </p>
    </Confirm>
  );
}
