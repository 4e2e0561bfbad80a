import type { SchemaTaskOptions } from '../../ports/task-handler.ts';
import { connectorTask } from '../kernel/connector-task.ts';
import { mailArgumentsSchema } from './mail-arguments.ts';
import type { MailSender } from './mail-message.ts';
import type { MailTextKey } from './mail-text.ts';
import { type MailTasksOptions, type TaskMailer, taskMailer } from './task-mailer.ts';

/** The tasks of the catalogue that are a message and nothing else. */
export type MailTasks = Readonly<
  Record<Exclude<MailTextKey, 'generateTapAndSendEmail'>, SchemaTaskOptions<Readonly<Record<string, string>>>>
>;

/**
 * Handlers that send the messages of the catalogue. `generateTapAndSendEmail` also makes a pass: connectors that can do
 * that take a {@link taskMailer}.
 *
 * @throws LifecycleError `InvalidArgument`.
 */
export function mailTasks(sender: MailSender, options?: MailTasksOptions): MailTasks {
  const mailer = taskMailer(sender, options);
  const task = (key: MailTextKey) => mailTask(mailer, key);
  return {
    sendWelcomeEmail: task('sendWelcomeEmail'),
    sendOnboardingReminderEmail: task('sendOnboardingReminderEmail'),
    sendMoveNotificationEmail: task('sendMoveNotificationEmail'),
    emailManagerAboutSponsorshipChanges: task('emailManagerAboutSponsorshipChanges'),
    emailCosponsorsAboutSponsorChanges: task('emailCosponsorsAboutSponsorChanges'),
    sendEmailBeforeLastDay: task('sendEmailBeforeLastDay'),
    sendEmailOnLastDay: task('sendEmailOnLastDay'),
    sendEmailAfterLastDay: task('sendEmailAfterLastDay'),
    sendInactivityEmail: task('sendInactivityEmail'),
    sendGuestRemovalEmail: task('sendGuestRemovalEmail'),
  };
}

function mailTask(mailer: TaskMailer, key: MailTextKey): SchemaTaskOptions<Readonly<Record<string, string>>> {
  const plain = connectorTask(async (context, make) => {
    const mail = await mailer(key, context);
    const done = await make({
      // A mail system cannot be asked whether it has a message.
      read: async () => null,
      wanted: () => [mail.change],
      write: () => mail.send(),
      already: '',
    });
    return mail.note === null ? done : { ...done, processingInfo: mail.note };
  });
  return { ...plain, argumentsSchema: mailArgumentsSchema(key) };
}
