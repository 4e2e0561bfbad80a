import { findTaskDefinition } from '../../catalogue/task-definitions.ts';
import { nearest } from '../../input/nearest.ts';
import type { TaskDraft } from '../../ledger/input/workflow.ts';
import { CliError } from '../terminal/cli-error.ts';

/** A workflow that has not been validated yet. */
type Raw = Readonly<Record<string, unknown>>;

interface RawPair {
  readonly name: string;
  readonly value: unknown;
}

/**
 * Sets `values` in every task that takes an argument of that name, because its
 * definition in the catalogue has the parameter, or because the task itself names it.
 *
 * @throws CliError for a name that no task takes, with the names that exist.
 */
export function fillArguments(workflow: Raw, values: ReadonlyMap<string, string>): Raw {
  if (values.size === 0 || !Array.isArray(workflow.tasks)) return workflow;
  const tasks = workflow.tasks.map(asRecord);
  const known = new Set(tasks.flatMap(argumentNames));
  for (const name of values.keys()) {
    if (!known.has(name)) throw unknownArgument(name, tasks);
  }
  return {
    ...workflow,
    tasks: tasks.map((task) => {
      const names = argumentNames(task);
      const filled = new Map(pairsOf(task).map(({ name, value }) => [name, value]));
      for (const [name, value] of values) if (names.includes(name)) filled.set(name, value);
      return filled.size === 0
        ? task
        : { ...task, arguments: Array.from(filled, ([name, value]) => ({ name, value })) };
    }),
  };
}

/** @throws CliError for an argument without a value, unless `given` sets it to an empty one. */
export function requireFilled(tasks: readonly TaskDraft[], given: ReadonlyMap<string, string>): void {
  for (const task of tasks) {
    const open = task.arguments.find(({ name, value }) => value === '' && !given.has(name));
    if (!open || !task.isEnabled) continue;
    throw new CliError(
      `Expected a value for ${open.name} of the task "${task.displayName}", got none`,
      `Fill it in: --arg ${open.name}=VALUE (an empty value is allowed: --arg ${open.name}=)`,
    );
  }
}

function unknownArgument(name: string, tasks: readonly Raw[]): CliError {
  const takers = tasks.flatMap((task) => {
    const names = argumentNames(task);
    return names.length === 0 ? [] : `  ${nameOf(task)}: ${names.join(', ')}`;
  });
  const near = nearest(name, tasks.flatMap(argumentNames));
  return new CliError(
    `Expected --arg to name an argument of a task, got \`${name}\``,
    [
      ...(near === null ? [] : [`Did you mean ${near}?`]),
      ...(takers.length === 0 ? ['No task of this workflow takes arguments'] : ['These exist:', ...takers]),
    ].join('\n'),
  );
}

/** Arguments of a task: those that it has, then the other parameters of its definition. */
function argumentNames(task: Raw): readonly string[] {
  const definition = findTaskDefinition(String(task.taskDefinitionId));
  const own = pairsOf(task).map(({ name }) => name);
  return [...new Set([...own, ...(definition?.parameters ?? []).map(({ name }) => name)])];
}

function nameOf(task: Raw): string {
  const definition = findTaskDefinition(String(task.taskDefinitionId));
  return String(task.displayName ?? definition?.displayName ?? task.taskDefinitionId);
}

function pairsOf(task: Raw): readonly RawPair[] {
  const pairs: unknown = task.arguments;
  return Array.isArray(pairs)
    ? pairs.map(asRecord).map(({ name, value }) => ({ name: String(name), value }))
    : [];
}

/** Values that are not objects stay as they are: the ledger rejects them, naming their place. */
function asRecord(value: unknown): Raw {
  return typeof value === 'object' && value !== null ? (value as Raw) : {};
}
