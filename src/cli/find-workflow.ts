import { nearest } from '../input/nearest.ts';
import type { WorkflowRecord } from '../model/records.ts';
import type { Workflow } from '../model/workflow.ts';
import { CliError } from './cli-error.ts';
import { shortened } from './text.ts';

/** Workflows that are named when none fits, or several do. */
const NAMED_MAX = 20;
/** Digits of an id that are enough to name it by. */
const PREFIX_MIN = 4;

/**
 * The workflow with this name, or whose id is `name` or begins with it; its newest version.
 *
 * @param which those that are deleted, or those that are not.
 * @throws CliError when there is none, or more than one.
 */
export function findWorkflow(
  records: readonly WorkflowRecord[],
  name: string,
  which: 'live' | 'deleted' = 'live',
): Workflow {
  const all = records
    .map(({ workflow }) => workflow)
    .filter(({ deletedDateTime }) => (deletedDateTime !== null) === (which === 'deleted'));
  const wanted = name.trim().toLowerCase();
  const named = all.filter(({ displayName }) => displayName.toLowerCase() === wanted);
  const isPrefix = wanted.length >= PREFIX_MIN;
  const found = named.length > 0 ? named : all.filter(({ id }) => isPrefix && id.startsWith(wanted));
  const [first, second] = found;
  const kind = which === 'deleted' ? 'a deleted workflow' : 'a workflow';
  if (!first) {
    throw new CliError(
      `Expected ${kind} of this database, by its name or id, got \`${shortened(name, 80)}\``,
      remedyFor(name, all),
    );
  }
  if (!second) return first;
  throw new CliError(
    `Expected the name or id of one workflow, got \`${shortened(name, 80)}\`, which several have`,
    ['Name it by its id:', ...lines(found)].join('\n'),
  );
}

function remedyFor(name: string, all: readonly Workflow[]): string {
  if (all.length === 0) return 'It has none';
  const near = nearest(
    name,
    all.map(({ displayName }) => displayName),
  );
  return [...(near === null ? [] : [`Did you mean "${near}"?`]), 'It has:', ...lines(all)].join('\n');
}

function lines(workflows: readonly Workflow[]): readonly string[] {
  const shown = workflows
    .slice(0, NAMED_MAX)
    .map(({ id, displayName }) => `  ${id}  ${shortened(displayName, 60)}`);
  return workflows.length > NAMED_MAX ? [...shown, '  …'] : shown;
}
