/** One person over all workflows. */
import { NEEDED } from '../../graph/access/permissions.ts';
import type { Page } from '../../model/resources/resources.ts';
import type { PeopleList, PersonDetails, PersonEntry } from '../wire.ts';
import type { DataDeps, DataRoute } from './route.ts';

/** Results that are shown, newest first. */
const ENTRIES_MAX = 100;

/** Finds people by name, mail address or id. */
export const PEOPLE: DataRoute = {
  path: 'people',
  needs: NEEDED.reports,
  params: ['q'],
  answer: async ({ engine, params }): Promise<PeopleList> => {
    const text = params.text('q') ?? '';
    if (text.trim() === '') return { value: [], isCut: false, hasRuns: false };
    const [{ people, isCut }, history] = await Promise.all([
      engine.directory.search(text),
      engine.userProcessingResults.listOfSubject(text, { top: 1 }),
    ]);
    return { value: people, isCut, hasRuns: history.value.length > 0 };
  },
};

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
