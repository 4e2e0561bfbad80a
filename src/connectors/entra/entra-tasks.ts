import { readFunction, readWord } from '../../input/fields.ts';
import { optional, readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import type { PlainTaskOptions } from '../../ports/task-handler.ts';
import type { EntraConnection } from './entra-connection.ts';
import { Groups } from './groups.ts';
import type { EntraTaskKey } from './permissions.ts';
import { accessPackageTasks } from './tasks/access-package-tasks.ts';
import { accessPassTask, type PassMailer } from './tasks/access-pass-task.ts';
import { accountTasks } from './tasks/account-tasks.ts';
import { groupTasks } from './tasks/group-tasks.ts';
import { licenseTasks } from './tasks/license-tasks.ts';
import { teamTasks } from './tasks/team-tasks.ts';

/** Options of {@link entraTasks}. */
export interface EntraTasksOptions {
  /**
   * Prepares the message with a Temporary Access Pass: `taskMailer(…)` of `tenure/mail`. Default: none, and
   * `generateTapAndSendEmail` is not among the handlers.
   */
  readonly mail?: PassMailer;
  /**
   * What removing licenses does about those that groups give: the task fails and names the groups, or it leaves them
   * and says so. Default `fail`.
   */
  readonly inheritedLicenses?: 'fail' | 'leave';
}

/** The tasks of the catalogue that Microsoft Graph has the means for. */
export type EntraTasks = Readonly<
  Record<Exclude<EntraTaskKey, 'generateTapAndSendEmail'>, PlainTaskOptions> &
    Partial<Record<'generateTapAndSendEmail', PlainTaskOptions>>
>;

const OPTIONS = {
  mail: optional(readFunction<PassMailer>),
  inheritedLicenses: withDefault((place) => readWord(place, ['fail', 'leave'] as const), 'fail'),
} satisfies ShapeOf<EntraTasksOptions>;

/**
 * Handlers for accounts, groups, teams, licenses, access packages and passes of a tenant of Entra.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function entraTasks(entra: EntraConnection, options?: EntraTasksOptions): EntraTasks {
  const { mail, inheritedLicenses } = readOptions(options, 'entraTasks', OPTIONS);
  const groups = new Groups(entra);
  return {
    ...accountTasks(entra),
    ...groupTasks(entra, groups),
    ...teamTasks(entra, groups),
    ...licenseTasks(entra, groups, inheritedLicenses),
    ...accessPackageTasks(entra),
    ...(mail && { generateTapAndSendEmail: accessPassTask(entra, mail) }),
  };
}
