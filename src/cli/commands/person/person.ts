import { Command, Option } from 'commander';
import { createLedger } from '../../../embed.ts';
import { nearest } from '../../../input/nearest.ts';
import { readSubjectId } from '../../../input/subject-id.ts';
import { LIMITS } from '../../../model/limits.ts';
import type { Store } from '../../../ports/store.ts';
import type { Host } from '../../host.ts';
import { dbOption, jsonOption, requireOption, someText, wholeNumber } from '../../options.ts';
import { openExisting } from '../../session/stores.ts';
import { EXIT, type ExitCode } from '../../terminal/exit-codes.ts';
import { oneLine, quoted } from '../../terminal/text.ts';
import { historyLines } from './history.ts';

/** Options of `tenure person`. */
interface PersonOptions {
  readonly db: string;
  readonly top?: number;
  readonly after?: string;
  readonly json?: boolean;
}

const HELP = `
Shows every run of every workflow that has taken the person, the run created last first, with each task: how it ended, why
it failed, what it said and what it has changed. An index finds them, whatever the size of the database. Previews are left
out. Works while another process runs the database. Exit code 0, also when there is nothing.

Examples:
  $ tenure person E1042 --db hr.db
  $ tenure person E1042 --db postgres://tenure@db.example.com/hr --top 5 --json`;

/** `tenure person`. */
export function personCommand(host: Host, end: (code: ExitCode) => void): Command {
  const command = new Command('person')
    .description('Shows everything that was ever done for a person, in all workflows, newest first.')
    .argument('<person>', 'the id of the person')
    .addOption(dbOption())
    .addOption(
      new Option('--top <n>', `at most so many results; default ${LIMITS.pageSizeDefault}`).argParser(
        wholeNumber(1, LIMITS.pageSizeMax),
      ),
    )
    .addOption(
      new Option('--after <token>', 'continue after an earlier page: nextToken of --json').argParser(
        someText,
      ),
    )
    .addOption(jsonOption());
  return command.addHelpText('after', HELP).action(async (person: string, options: PersonOptions) => {
    requireOption(command, 'db');
    end(await showPerson(host, person, options));
  });
}

/** Shows what was done for one person. */
async function showPerson(
  host: Host,
  person: string,
  { db, top, after, json }: PersonOptions,
): Promise<ExitCode> {
  const { stdout, stderr, self } = host;
  const subjectId = readSubjectId({ path: 'person', value: person });
  const store = await openExisting(db, 'read');
  try {
    const { userProcessingResults } = await createLedger({ store });
    const { value, nextToken } = await userProcessingResults.listOfSubject(subjectId, {
      ...(top === undefined ? {} : { top }),
      ...(after === undefined ? {} : { after }),
    });
    if (json) {
      const next = nextToken === null ? {} : { nextToken };
      await stdout.write(`${JSON.stringify({ value, ...next }, null, 2)}\n`);
    } else {
      for (const [index, entry] of value.entries()) {
        if (index > 0) await stdout.write('\n');
        for (const line of historyLines(entry, stdout.style)) await stdout.write(`${line}\n`);
      }
      if (nextToken !== null)
        stderr.line(
          `There are more: --top accepts up to ${LIMITS.pageSizeMax}, --after ${nextToken} continues`,
        );
    }
    if (value.length > 0 || nextToken !== null || after !== undefined) return EXIT.ok;
    stderr.line(`No run has taken ${oneLine(subjectId)}.`);
    const meant = await nearestProcessed(store, subjectId);
    if (meant !== null) stderr.line(`Did you mean ${oneLine(meant)}?`);
    else stderr.line(`Why not? See: ${self} explain WORKFLOW ${quoted(subjectId)} --db ${quoted(db)}`);
    return EXIT.ok;
  } finally {
    await store.close();
  }
}

/** People of the newest runs whose ids are compared with one that was not found. */
const COMPARED_MAX = 20_000;
const RUNS_MAX = 100;

/** The person of the newest runs who may be meant. */
async function nearestProcessed(store: Store, subjectId: string): Promise<string | null> {
  const order = { property: 'scheduledDateTime', descending: true };
  const runs = await store.listRuns({ where: null, order, after: null, limit: RUNS_MAX });
  const near = new Set<string>();
  let left = COMPARED_MAX;
  for (const { id: runId } of runs) {
    const byOrdinal = { property: 'id', descending: false };
    for (let key = 0; left > 0; ) {
      const limit = Math.min(left, LIMITS.usersPerBatch);
      const users = await store.listUsers({
        runId,
        where: null,
        order: byOrdinal,
        after: { value: null, key },
        limit,
      });
      for (const { subjectId: id } of users) if (nearest(subjectId, [id]) !== null) near.add(id);
      left -= users.length;
      key = users.at(-1)?.ordinal ?? key;
      if (users.length < limit) break;
    }
  }
  return nearest(subjectId, [...near]);
}
