/** `tenure/pg-boss`: work of many processes on one Postgres database, handed out by pg-boss. */
export { type PgBossOptions, pgBossSource } from './work/pg-boss/open.ts';
