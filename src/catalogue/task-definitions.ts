import type { TaskDefinition } from '../model/workflow/workflow.ts';
import { ACCESS_TASKS } from './access-tasks.ts';
import { ACCOUNT_TASKS } from './account-tasks.ts';
import { EMAIL_TASKS } from './email-tasks.ts';

/** Every task definition that Entra is known to have, frozen. Source: domain §4.1. */
export const TASK_DEFINITIONS: readonly TaskDefinition[] = Object.freeze([
  ...EMAIL_TASKS,
  ...ACCOUNT_TASKS,
  ...ACCESS_TASKS,
]);

type Known = (typeof EMAIL_TASKS | typeof ACCOUNT_TASKS | typeof ACCESS_TASKS)[number];

/** The arguments of each definition of the catalogue, by key: its parameters are there, empty when not given. */
export type CatalogueArguments = {
  readonly [Definition in Known as Definition['key']]: Readonly<Record<string, string>> &
    Readonly<Record<Definition['parameters'][number]['name'], string>>;
};

/**
 * The definition with this GUID (letter case does not matter) or this key (it does); `undefined` when
 * the catalogue has none, so the name belongs to a definition of the host.
 */
export function findTaskDefinition(idOrKey: string): TaskDefinition | undefined {
  const id = idOrKey.toLowerCase();
  return TASK_DEFINITIONS.find((definition) => definition.id === id || definition.key === idOrKey);
}
