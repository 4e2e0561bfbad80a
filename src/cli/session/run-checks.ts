import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import { CliError } from '../terminal/cli-error.ts';
import { count, oneLine, quoted, shortId } from '../terminal/text.ts';

/** Runs that a process left unfinished. */
export async function unfinishedRuns(store: Store): Promise<readonly RunRecord[]> {
  const runs = await store.listUnfinishedRuns();
  return runs.filter((run) => run.published && run.driver === 'engine');
}

/**
 * Rejects another run in a database with unfinished runs: those would resume with its users and tasks.
 *
 * @throws CliError naming them, with the commands to resolve it.
 */
export async function requireIdle(host: Host, store: Store, db: string): Promise<void> {
  const runs = (await unfinishedRuns(store)).filter((run) => run.processingStatus !== 'canceling');
  const [first] = runs;
  if (!first) return;
  throw new CliError(
    `Expected ${db} to have no unfinished run, got ${count(runs.length)}`,
    [
      'Finish it first, or cancel it:',
      `  ${host.self} resume --db ${quoted(db)}`,
      `  ${host.self} runs cancel ${shortId(first.id)} --db ${quoted(db)}`,
    ].join('\n'),
  );
}

/**
 * Users that are not in the directory are canceled. When none of a run's users is in it, it is the wrong file.
 *
 * @throws CliError naming the file, and a user that is not in it.
 */
export async function requireKnown(
  store: Store,
  runs: readonly RunRecord[],
  users: Directory,
  file: string,
): Promise<void> {
  for (const run of runs) {
    const waiting = await store.listUsersByStatus(run.id, 'queued', 0, LIMITS.usersPerBatch);
    const ids = waiting.map(({ subjectId }) => subjectId);
    const [first] = ids;
    if (first === undefined || (await users.get(ids)).length > 0) continue;
    throw new CliError(
      `Expected ${file} to hold the users of run ${shortId(run.id)}, got none of them; \`${oneLine(first)}\` is missing, for example`,
      'Name the right file with --users FILE, and its columns with --map; users that are missing would be canceled',
    );
  }
}
