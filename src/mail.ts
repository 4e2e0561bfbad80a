/** `tenure/mail`: the messages of the catalogue's tasks, over SMTP. */
export { mailConnection } from './connectors/mail/mail-connection.ts';
export type { MailAddress, MailMessage, MailSender } from './connectors/mail/mail-message.ts';
export type { MailAuth, MailConnection, MailOptions, MailSecret } from './connectors/mail/mail-options.ts';
export type { MailPeople, PersonReference } from './connectors/mail/mail-people.ts';
export { type MailTasks, mailTasks } from './connectors/mail/mail-tasks.ts';
export type { MailText, MailTextKey, MailTexts } from './connectors/mail/mail-text.ts';
export {
  type MailTasksOptions,
  type TaskMail,
  type TaskMailer,
  taskMailer,
} from './connectors/mail/task-mailer.ts';
