/** Why a person was processed, or was not: the conditions that the schedule checks, with the values that they met. */
import { useState } from 'preact/hooks';
import type { ExplainedClause, ExplainedStep, Explanation } from '../../../model/explanation.ts';
import type { WorkflowList } from '../../wire.ts';
import { api, data, useLoaded } from '../data.ts';
import { headlineOf, readableText, reasonOf } from '../view/explained.ts';
import { quotedText } from '../view/graph-pages.ts';
import type { Tone } from '../view/status.ts';
import { Answer, Empty } from './feedback.tsx';
import { momentHere } from './moment.tsx';
import { Sign } from './status.tsx';

const NAMES: Readonly<Record<ExplainedStep['condition'], string>> = {
  directory: 'Directory',
  workflow: 'Workflow',
  scope: 'Scope',
  trigger: 'Trigger',
  slot: 'Slot',
  catchUp: 'Catch-up',
  admission: 'Admission',
  quarantine: 'Quarantine',
  run: 'Run',
};
const TONES: Readonly<Record<ExplainedStep['result'] | ExplainedClause['result'], readonly [Tone, string]>> =
  {
    met: ['good', 'met'],
    notMet: ['bad', 'not met'],
    notEvaluated: ['waiting', 'not evaluated'],
    unknown: ['partly', 'unknown'],
  };

/** Asks for a workflow, and answers for a person. */
export function Explain({ subjectId }: { subjectId: string }) {
  const workflows = useLoaded<WorkflowList>(data('workflows'));
  const [chosen, choose] = useState('');
  return (
    <Answer of={workflows}>
      {({ value }) => {
        if (value.length === 0) return <Empty title="There are no workflows yet." />;
        const id =
          chosen || (value.find(({ isSchedulingEnabled }) => isSchedulingEnabled) ?? value[0])?.id || '';
        return (
          <>
            <label class="inline">
              <span>By the schedule of</span>
              <select value={id} onChange={({ currentTarget }) => choose(currentTarget.value)}>
                {value.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.displayName}
                  </option>
                ))}
              </select>
            </label>
            <Answered workflowId={id} subjectId={subjectId} />
          </>
        );
      }}
    </Answer>
  );
}

function Answered({ workflowId, subjectId }: { workflowId: string; subjectId: string }) {
  const path = `workflows/${workflowId}/explain(subjectId=${encodeURIComponent(quotedText(subjectId))})`;
  const answer = useLoaded<Explanation>(api(path));
  return (
    <Answer of={answer}>
      {(explanation) => (
        <div class="card explanation">
          <p>
            <strong>{headlineOf(explanation, momentHere)}</strong>
          </p>
          <ol>
            {explanation.steps.map((step) => (
              <Step key={step.condition} step={step} />
            ))}
          </ol>
        </div>
      )}
    </Answer>
  );
}

function Step({ step }: { step: ExplainedStep }) {
  const { condition, result, clauses, omittedClausesCount } = step;
  const [tone, word] = TONES[result];
  return (
    <li class={result === 'notEvaluated' ? 'soft' : undefined}>
      <Sign tone={tone} />
      <span class="condition">
        {NAMES[condition]}
        <span class="hidden"> ({word})</span>
      </span>
      <span>{readableText(reasonOf(step), momentHere)}</span>
      {clauses.length === 0 ? null : (
        <ul>
          {clauses.map((clause, at) => (
            <Clause key={at} clause={clause} />
          ))}
          {omittedClausesCount === 0 ? null : <li>and {omittedClausesCount} more clauses</li>}
        </ul>
      )}
    </li>
  );
}

function Clause({ clause: { level, text, result, values } }: { clause: ExplainedClause }) {
  const [tone, word] = TONES[result];
  const met = values.map(({ name, value }) => `${name}: ${value === null ? 'empty' : String(value)}`);
  return (
    <li style={{ paddingLeft: `${Math.min(level, 8) * 18}px` }}>
      <Sign tone={tone} />
      <span class="hidden">{word}: </span> <code>{text}</code>
      {met.length === 0 ? null : <span class="soft"> {met.join(', ')}</span>}
    </li>
  );
}
