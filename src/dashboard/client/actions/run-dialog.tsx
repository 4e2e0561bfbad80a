/** Asks for which people a workflow is run, and says how many they are before it is done. */
import { useState } from 'preact/hooks';
import { plural } from '../../../text/numbers.ts';
import type { SelectedPeople, WorkflowBrief } from '../../wire.ts';
import { data, load, RequestError } from '../data.ts';
import { idsIn } from '../view/ids.ts';
import { Confirm } from './dialog.tsx';
import { activate } from './run-actions.tsx';

const KINDS = [
  { kind: 'people', choice: 'These people', label: 'Ids, separated by commas, spaces or lines', rows: 4 },
  { kind: 'group', choice: 'The members of a group', label: 'Id of the group', rows: 1 },
  { kind: 'rule', choice: 'All that a rule selects', label: "Rule, such as department eq 'Sales'", rows: 2 },
] as const;
type Kind = (typeof KINDS)[number]['kind'];

/** What was counted, and for which text. */
type Counted =
  | { readonly of: string; readonly people: SelectedPeople; readonly error?: undefined }
  | { readonly of: string; readonly error: string; readonly people?: undefined };

/** For people by id the number is known; those of a group or rule are counted first. */
export function RunDialog({
  workflow,
  close,
}: {
  workflow: Pick<WorkflowBrief, 'id' | 'displayName'>;
  close: () => void;
}) {
  const [kind, choose] = useState<Kind>('people');
  const [text, write] = useState('');
  const [counted, setCounted] = useState<Counted | null>(null);
  const [isCounting, setCounting] = useState(false);
  const { label, rows } = KINDS.find((one) => one.kind === kind) ?? KINDS[0];
  const asked = text.trim();
  const key = `${kind} ${asked}`;
  const known = counted?.of === key ? counted : null;
  const ids = kind === 'people' ? idsIn(text) : [];
  const number = kind === 'people' ? ids.length : (known?.people?.usersCount ?? 0);
  const count = async (): Promise<void> => {
    setCounting(true);
    try {
      setCounted({ of: key, people: await load<SelectedPeople>(data('selection', { [kind]: asked })) });
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      setCounted({ of: key, error: error.message });
    } finally {
      setCounting(false);
    }
  };
  return (
    <Confirm
      title={`Run “${workflow.displayName}” on demand`}
      verb={
        number === 0
          ? 'Run'
          : `Run for ${known?.people?.isCut ? 'at least ' : ''}${plural(number, 'person', 'people')}`
      }
      isDisabled={number === 0}
      act={() => run(workflow.id, kind, asked, ids)}
      close={close}
    >
      <fieldset>
        <legend>For which people</legend>
        {KINDS.map((one) => (
          <label key={one.kind} class="choice">
            <input type="radio" name="kind" checked={kind === one.kind} onChange={() => choose(one.kind)} />
            <span>{one.choice}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {label}
        <textarea
          rows={rows}
          value={text}
          spellcheck={false}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
      </label>
      {kind === 'people' ? null : (
        <p>
          <button type="button" disabled={asked === '' || isCounting} onClick={() => void count()}>
            Count the people
          </button>
        </p>
      )}
      <div class="soft" aria-live="polite">
        {kind === 'people' ? (
          <Named ids={ids} count={ids.length} />
        ) : isCounting ? (
          <p>Counting …</p>
        ) : (
          <Found counted={known} />
        )}
      </div>
    </Confirm>
  );
}

function run(workflowId: string, kind: Kind, asked: string, ids: readonly string[]): Promise<void> {
  const path = `workflows/${workflowId}`;
  if (kind === 'people') return activate(`${path}/activate`, { subjects: ids.map((id) => ({ id })) });
  if (kind === 'rule') return activate(`${path}/activate`, { rule: asked });
  const type = '#microsoft.graph.identityGovernance.activateGroupScope';
  return activate(`${path}/activateWithScope`, { scope: { '@odata.type': type, group: { id: asked } } });
}

const SHOWN_IDS = 5;

function Named({ ids, count }: { ids: readonly string[]; count: number }) {
  if (count === 0) return <p>No one yet. The trigger and the scope of the workflow do not matter.</p>;
  const more = count - Math.min(count, SHOWN_IDS);
  return (
    <p>
      {ids.slice(0, SHOWN_IDS).join(', ')}
      {more > 0 ? ` and ${more} more` : ''}
    </p>
  );
}

function Found({ counted }: { counted: Counted | null }) {
  if (counted === null)
    return <p>They are counted before anything is run. The trigger and the scope do not matter.</p>;
  if (counted.error !== undefined) return <p class="error">{counted.error}</p>;
  const { usersCount, sampleIds, warnings, isCut } = counted.people;
  return (
    <>
      {usersCount === 0 ? (
        <p>No one, by the directory as it is now.</p>
      ) : (
        <Named ids={sampleIds} count={usersCount} />
      )}
      {isCut ? <p>The directory was not read to its end in time: they are more.</p> : null}
      {warnings.map((one) => (
        <p key={one}>{one}.</p>
      ))}
      {usersCount === 0 ? null : <p>The run takes them as the directory has them when it is made.</p>}
    </>
  );
}
