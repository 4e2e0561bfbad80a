/** `tenure/sqlite`: a durable store in one file. */
export { type SqliteOptions, sqliteStore } from './stores/sqlite/open.ts';
