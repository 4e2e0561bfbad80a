/** Rows that are deleted before the host's event loop gets a turn: some 20 ms of work. */
export const DELETES_PER_TURN = 10_000;
