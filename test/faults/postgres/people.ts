/** The people of the Postgres soak: whoever is asked for exists. */
import type { Directory } from '../../../src/ports/directory.ts';

/** A directory that costs nothing. */
export const soakDirectory: Directory = {
  get: async (ids) => ids.map((id) => ({ id })),
  query: async function* () {},
};
