/** One person over all workflows. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Page } from '../../model/resources/resources.ts';
import type { PersonDetails, PersonEntry } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

/** Results that are shown, newest first. */
const ENTRIES_MAX = 100;

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
  const entries: PersonEntry[] = [];
  let after: string | null = null;
  do {
    const page: Page<PersonEntry> = await engine.userProcessingResults.listOfSubject(id, {
      top: ENTRIES_MAX - entries.length,
      ...(after === null ? {} : { after }),
    });
    entries.push(...page.value);
    after = page.nextToken;
  } while (after !== null && entries.length < ENTRIES_MAX);
  return {
    now: new Date(clock.now()).toISOString(),
    id,
    attributes: subject ? { ...subject } : null,
    entries,
    isCut: after !== null,
  };
}
