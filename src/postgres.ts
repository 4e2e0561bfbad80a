/** `tenure/postgres`: a durable store in a Postgres database, which many processes may share. */
export type { PostgresClient, PostgresPool } from './stores/postgres/database.ts';
export { type PostgresOptions, postgresSql, postgresStore } from './stores/postgres/open.ts';
