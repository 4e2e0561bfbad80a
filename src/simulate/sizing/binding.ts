/** What binds a setting, in the words of what can be varied. */
import { handlerKey } from '../../engine/handlers/handlers.ts';
import type { Bottleneck } from '../metrics/bottleneck.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Dimension, Term } from './vary.ts';

/** What takes most of people's time at a setting, and what would give them more. */
export interface Binding {
  /** `lanes`: calls at once of all tasks. `taskLimit`: those of one task. `other`: what no setting changes. */
  readonly kind: 'lanes' | 'taskLimit' | 'rate' | 'schedule' | 'other';
  /** What to vary for more of it: `rate(addUserToGroups)`; `null`: nothing of it can be varied. */
  readonly term: string | null;
  /** `the lanes`, `the rate of “Add to groups”`. */
  readonly name: string;
  /** One or more sentences. */
  readonly text: string;
}

/** What binds, by the bottleneck of a setting; `null` when nothing takes any time. */
export function bindingOf(
  bottleneck: Bottleneck | null,
  scenario: Scenario,
  dimensions: readonly Dimension[],
): Binding | null {
  if (bottleneck === null) return null;
  const what = causeOf(bottleneck, scenario);
  const term = what.term && termText(what.term);
  const { summary, advice } = bottleneck;
  const isVaried = dimensions.some(({ name }) => name === term);
  const hint =
    term === null || isVaried ? '' : ` It was not varied: add \`${term}=…\` to see what more of it gives.`;
  return { kind: what.kind, term, name: what.name, text: `${summary}. ${advice}${hint}` };
}

type Cause = Pick<Binding, 'kind' | 'name'> & { readonly term: Pick<Term, 'kind' | 'task'> | null };

function causeOf({ cause, definition, task }: Bottleneck, { tasks = {} }: Scenario): Cause {
  const ofTask = definition === null ? null : nameIn(tasks, definition);
  const rate: Cause = {
    kind: 'rate',
    name: task === null ? 'the rate of all calls' : `the rate of “${task}”`,
    term: { kind: 'rate', task: ofTask },
  };
  switch (cause) {
    case 'concurrency':
      return { kind: 'lanes', name: 'the lanes', term: { kind: 'concurrency', task: null } };
    case 'taskConcurrency':
      return {
        kind: 'taskLimit',
        name: `the own limit of “${task}”`,
        term: { kind: 'concurrency', task: ofTask },
      };
    case 'rate':
      return rate;
    case 'schedule':
      return { kind: 'schedule', name: 'the schedule', term: { kind: 'interval', task: null } };
    case 'retries':
      // What a service refuses beyond its rate comes back as another attempt.
      if (ofTask !== null && tasks[ofTask]?.rate?.whenExceeded === 'fail') return rate;
      return { kind: 'other', name: `the repeated attempts of “${task}”`, term: null };
    case 'tasks':
      return { kind: 'other', name: `the calls of “${task}” themselves`, term: null };
    case 'process':
      return { kind: 'other', name: 'the time in which the process was off', term: null };
    case 'directory':
      return { kind: 'other', name: 'late entries in the directory', term: null };
  }
}

/** The name under which the scenario has a task. */
function nameIn(tasks: NonNullable<Scenario['tasks']>, definition: string): string {
  return Object.keys(tasks).find((name) => handlerKey(name) === handlerKey(definition)) ?? definition;
}

function termText({ kind, task }: Pick<Term, 'kind' | 'task'>): string {
  return task === null ? kind : `${kind}(${task})`;
}
