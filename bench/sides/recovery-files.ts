/** What a killed run leaves in its folder. */

/** The database. */
export const FILE = 'bench.db';
/** A byte for each call of a handler: it outlives a kill. */
export const CALLS = 'calls';
