/** One person over all workflows. */
import type { Engine } from '../../engine/engine.ts';
import { filter } from '../../filter/builder.ts';
import { NEEDED } from '../../graph/access/permissions.ts';
import { addressOf } from '../../model/ids.ts';
import type { UserProcessingResult } from '../../model/resources/resources.ts';
import type { PersonDetails, PersonEntry } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

/** Results that are shown, newest first. */
const ENTRIES_MAX = 100;
/** Pages of one workflow that are looked at: each looks at a bounded number of runs. */
const PAGES_MAX = 200;

/** One person. */
export const PERSON: DataRoute = {
  path: 'people/{id}',
  needs: NEEDED.reports,
  params: [],
  answer: (call) => readPerson(call, call.keys.id ?? ''),
};

/** Everything that was ever done for a person. */
export async function readPerson(
  { engine, clock }: Pick<DataDeps, 'engine' | 'clock'>,
  id: string,
): Promise<PersonDetails> {
  const [subject] = await engine.directory.get([id]);
  const found: UserProcessingResult[] = [];
  let isCut = false;
  for (const workflow of await engine.workflows.list()) {
    const { results, isCut: isPart } = await resultsIn(engine, workflow.id, id);
    found.push(...results);
    isCut ||= isPart;
    await clock.yield();
  }
  found.sort((a, b) => (a.scheduledDateTime < b.scheduledDateTime ? 1 : -1));
  const entries: PersonEntry[] = [];
  for (const result of found.slice(0, ENTRIES_MAX)) {
    const runId = addressOf(result.id)?.runId ?? '';
    const [run, tasks] = await Promise.all([
      engine.runs.get(runId),
      engine.taskProcessingResults.listOfUser(runId, result.id),
    ]);
    entries.push({ run, result, tasks });
  }
  return {
    now: new Date(clock.now()).toISOString(),
    id,
    attributes: subject ? { ...subject } : null,
    entries,
    isCut: isCut || found.length > ENTRIES_MAX,
  };
}

async function resultsIn(
  { userProcessingResults }: Engine,
  workflowId: string,
  subjectId: string,
): Promise<{ readonly results: readonly UserProcessingResult[]; readonly isCut: boolean }> {
  const results: UserProcessingResult[] = [];
  const where = { filter: filter.eq('subject/id', subjectId) };
  let after: string | null = null;
  for (let pages = 0; pages < PAGES_MAX && results.length < ENTRIES_MAX; pages++) {
    const options = after === null ? where : { ...where, after };
    const page: { readonly value: readonly UserProcessingResult[]; readonly nextToken: string | null } =
      await userProcessingResults.listOfWorkflow(workflowId, options);
    results.push(...page.value);
    after = page.nextToken;
    if (after === null) return { results, isCut: false };
  }
  return { results, isCut: true };
}
