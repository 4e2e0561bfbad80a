import { LIMITS } from '../../model/limits.ts';
import type { RunRecord } from '../../model/records.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Store } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import { CliError } from '../terminal/cli-error.ts';
import { count, oneLine, quoted, shortId } from '../terminal/text.ts';

/** Runs of the engine that a process left unfinished; those that only have to end canceled left out. */
export async function unfinishedRuns(store: Store): Promise<readonly RunRecord[]> {
  const runs = await store.listUnfinishedRuns();
  return runs.filter((run) => run.published && run.driver === 'engine');
}

/**
 * A database with unfinished runs is not given another one: they would go on with its people and tasks.
 *
 * @throws CliError naming them, with the commands that help.
 */
export async function requireIdle(host: Host, store: Store, db: string): Promise<void> {
  const runs = (await unfinishedRuns(store)).filter((run) => run.processingStatus !== 'canceling');
  const [first] = runs;
  if (!first) return;
  throw new CliError(
    `Expected ${db} to have no unfinished run, got ${count(runs.length)}`,
    [
      'Finish it first, or give it up:',
      `  ${host.self} resume --db ${quoted(db)}`,
      `  ${host.self} runs cancel ${shortId(first.id)} --db ${quoted(db)}`,
    ].join('\n'),
  );
}

/**
 * People who are not in the directory are canceled. When a run finds nobody at all, it is the wrong file.
 *
 * @throws CliError naming the file, and somebody who is not in it.
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
      `Expected ${file} to hold the people of run ${shortId(run.id)}, got none of them, not \`${oneLine(first)}\` for one`,
      'Name the right file with --users FILE, and how it is read with --map; who is not found would be canceled',
    );
  }
}
