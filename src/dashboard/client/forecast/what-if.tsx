import { useEffect, useRef, useState } from 'preact/hooks';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import { duration, numeral, plural } from '../../../text/numbers.ts';
import type { ComparisonFigures, ComparisonLine, ComparisonResult } from '../../wire.ts';
import { data, RequestError, send } from '../data.ts';
import { Section } from '../parts/page.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { jsonLines } from '../view/lines.ts';

const DAYS = [7, 30, 90, 365];

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly chosen: Chosen; readonly result: ComparisonResult };

interface Chosen {
  readonly before: number;
  readonly after: number;
  readonly days: number;
}

/** Compares two versions of a workflow in virtual time. */
export function WhatIf({ id, versions }: { id: string; versions: readonly Workflow[] }) {
  const newest = versions[0]?.version ?? 1;
  const [chosen, choose] = useState<Chosen>({ before: Math.max(1, newest - 1), after: newest, days: 30 });
  const [state, setState] = useState<State>({ kind: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    setState({ kind: 'running', share: 0 });
    try {
      for await (const line of linesOf(id, chosen, controller.signal)) {
        if (line.share !== undefined) setState({ kind: 'running', share: line.share });
        else if (line.error !== undefined) setState({ kind: 'failed', message: line.error });
        else setState({ kind: 'done', chosen, result: line.result });
      }
    } catch (error) {
      if (controller.signal.aborted) return;
      setState({ kind: 'failed', message: messageOf(error) });
    }
  };
  const cancel = (): void => {
    running.current?.abort();
    setState({ kind: 'idle' });
  };
  const isRunning = state.kind === 'running';
  return (
    <Section title="What if">
      <div class="card spaced">
        <p class="soft">
          Runs two versions in virtual time for all people of the directory as it is now, and compares what
          becomes of them. Nothing is changed, and no task is run.
        </p>
        <form class="filters" onSubmit={(event) => void start(event)}>
          <Choice label="Version" value={chosen.before} choose={(before) => choose({ ...chosen, before })}>
            {versions.map(({ version }) => version)}
          </Choice>
          <Choice label="with version" value={chosen.after} choose={(after) => choose({ ...chosen, after })}>
            {versions.map(({ version }) => version)}
          </Choice>
          <Choice label="for days" value={chosen.days} choose={(days) => choose({ ...chosen, days })}>
            {DAYS}
          </Choice>
          {/* With keys: a button that became the other one under the pointer would submit. */}
          {isRunning ? (
            <button key="cancel" type="button" onClick={cancel}>
              Cancel
            </button>
          ) : (
            <button key="compare" type="submit">
              Compare
            </button>
          )}
        </form>
        <Outcome state={state} />
      </div>
    </Section>
  );
}

async function* linesOf(id: string, chosen: Chosen, signal: AbortSignal): AsyncGenerator<ComparisonLine> {
  const given = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [name, String(value)]));
  const answer = await send(data(`workflows/${id}/comparisons`, given), { method: 'POST', signal });
  if (answer.body !== null) yield* jsonLines<ComparisonLine>(answer.body);
}

function messageOf(error: unknown): string {
  return error instanceof RequestError ? error.message : 'The connection ended before the comparison did.';
}

function Choice({
  label,
  value,
  choose,
  children,
}: {
  label: string;
  value: number;
  choose: (value: number) => void;
  children: readonly number[];
}) {
  return (
    <label class="inline">
      {label}
      <select value={value} onChange={({ currentTarget }) => choose(Number(currentTarget.value))}>
        {children.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function Outcome({ state }: { state: State }) {
  if (state.kind === 'idle') return null;
  if (state.kind === 'failed') {
    return (
      <p class="error" role="alert">
        {state.message}
      </p>
    );
  }
  if (state.kind === 'running') {
    const percent = Math.floor(state.share * 100);
    return (
      <p class="share">
        <progress max={100} value={percent} aria-label="The comparison" /> {percent} %
      </p>
    );
  }
  return <Result chosen={state.chosen} result={state.result} />;
}

function Result({ chosen, result }: { chosen: Chosen; result: ComparisonResult }) {
  const { before, after, assumptions, peopleCount, reportId } = result;
  const columns: readonly Column<Figure>[] = [
    { head: 'Figure', cell: ({ name }) => name },
    { head: `Version ${chosen.before}`, isNumber: true, cell: ({ of, format }) => format(of(before)) },
    { head: `Version ${chosen.after}`, isNumber: true, cell: ({ of, format }) => format(of(after)) },
  ];
  return (
    <div class="spaced">
      <p role="status">
        Compared for {plural(peopleCount, 'person', 'people')} over {plural(chosen.days, 'day')}.
      </p>
      <Table label="Comparison" columns={columns} rows={FIGURES} keyOf={({ name }) => name} />
      <p>
        <a class="button" href={data(`comparisons/${reportId}`)} target="_blank" rel="noreferrer">
          Open the report
        </a>
      </p>
      <h3>What was assumed</h3>
      <ul class="assumed soft">
        {assumptions.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </div>
  );
}

interface Figure {
  readonly name: string;
  readonly of: (figures: ComparisonFigures) => number;
  readonly format: (value: number) => string;
}

const FIGURES: readonly Figure[] = [
  { name: 'People processed', of: ({ usersCount }) => usersCount, format: numeral },
  { name: 'of them with a failed task', of: ({ failedUsersCount }) => failedUsersCount, format: numeral },
  {
    name: 'not finished at the end',
    of: ({ unfinishedUsersCount }) => unfinishedUsersCount,
    format: numeral,
  },
  { name: 'Tasks completed', of: ({ tasksCompleted }) => tasksCompleted, format: numeral },
  { name: 'Half of the people wait less than', of: ({ medianWaitMs }) => medianWaitMs, format: duration },
  { name: '19 of 20 wait less than', of: ({ p95WaitMs }) => p95WaitMs, format: duration },
];
