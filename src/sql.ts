/** `tenure/sql`: the people of a table or view, through any function that runs a statement. */
export type { ConnectionCheck } from './connectors/kernel/connection-check.ts';
export type { SqlDialect } from './connectors/sql/sql-dialect.ts';
export { type SqlDirectory, sqlDirectory } from './connectors/sql/sql-directory.ts';
export type {
  SqlColumn,
  SqlColumnType,
  SqlDirectoryOptions,
  SqlGroups,
  SqlId,
  SqlIdType,
  SqlMomentType,
  SqlQuery,
  SqlUpdatedAt,
} from './connectors/sql/sql-options.ts';
