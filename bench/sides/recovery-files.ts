/** Files that a killed run leaves in its folder. */

/** The database. */
export const FILE = 'bench.db';
/** One byte per handler call; survives a kill. */
export const CALLS = 'calls';
