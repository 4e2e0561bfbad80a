/** `tenure/scim`: accounts, groups and people of a service that speaks SCIM 2.0. */
export {
  type ScimConnection,
  type ScimKey,
  type ScimOptions,
  scimConnection,
} from './connectors/scim/scim-connection.ts';
export { type ScimDirectoryOptions, scimDirectory } from './connectors/scim/scim-directory.ts';
export { type ScimTasks, scimTasks } from './connectors/scim/scim-tasks.ts';
