import type { RunRecord } from '../../model/records.ts';
import type { StoreReader } from '../../ports/store.ts';
import type { Host } from '../host.ts';
import { CliError } from '../terminal/cli-error.ts';
import { quoted, shortened } from '../terminal/text.ts';

/** Runs listed when a prefix matches several. */
const NAMED_MAX = 5;

/**
 * The run whose id is `name` or begins with it.
 *
 * @throws CliError when there is none, or more than one.
 */
export async function findRun(
  { self }: Host,
  store: StoreReader,
  name: string,
  db: string,
): Promise<RunRecord> {
  const prefix = name.trim().toLowerCase();
  const seen = `See: ${self} runs list --db ${quoted(db)}`;
  if (!/^[0-9a-f-]{1,36}$/.test(prefix)) {
    throw new CliError(`Expected the id of a run or its first digits, got \`${shortened(name, 60)}\``, seen);
  }
  const page = await store.listRuns({
    where: null,
    order: { property: 'id', descending: false },
    // `after` excludes its own key, so a whole id is searched for by all but its last digit.
    after: { value: null, key: prefix.slice(0, 35) },
    limit: NAMED_MAX + 1,
  });
  const found = page.filter(({ id }) => id.startsWith(prefix));
  const [run, second] = found;
  if (!run) throw new CliError(`Expected a run whose id begins with \`${prefix}\`, got none`, seen);
  if (!second) return run;
  const named = found.slice(0, NAMED_MAX).map(({ id }) => `  ${id}`);
  const more = found.length > NAMED_MAX ? ['  …'] : [];
  throw new CliError(
    `Expected one run whose id begins with \`${prefix}\`, got several; use more digits`,
    [...named, ...more].join('\n'),
  );
}
