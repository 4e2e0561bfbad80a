import type { EntraConnection } from './entra-connection.ts';
import { Groups } from './groups.ts';
import { accountTasks } from './tasks/account-tasks.ts';
import { groupTasks } from './tasks/group-tasks.ts';

/** The tasks of the catalogue that Microsoft Graph has the means for. */
export type EntraTasks = ReturnType<typeof entraTasks>;

/** Handlers for accounts and groups of a tenant of Entra. */
export function entraTasks(entra: EntraConnection) {
  const groups = new Groups(entra);
  return { ...accountTasks(entra), ...groupTasks(entra, groups) };
}
