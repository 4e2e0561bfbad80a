/** `tenure/entra`: accounts, groups and people of a tenant of Microsoft Entra, over Microsoft Graph. */
export {
  type EntraConnection,
  type EntraOptions,
  entraConnection,
} from './connectors/entra/entra-connection.ts';
export { type EntraDirectoryOptions, entraDirectory } from './connectors/entra/entra-directory.ts';
export { type EntraMailOptions, entraMailSender, entraSponsors } from './connectors/entra/entra-mail.ts';
export { type EntraTasks, type EntraTasksOptions, entraTasks } from './connectors/entra/entra-tasks.ts';
export type { EntraCertificate } from './connectors/entra/sign-in/client-assertion.ts';
export type { EntraCredential, EntraTokenSource } from './connectors/entra/sign-in/credentials.ts';
export type { PassMail, PassMailer } from './connectors/entra/tasks/access-pass-task.ts';
