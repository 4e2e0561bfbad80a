/** Whole lists of a store, a page at a time. */
import { LIMITS } from '../model/limits.ts';
import type { Admission, RunRecord, UserRecord } from '../model/records.ts';
import type { StoreReader } from '../ports/store.ts';

const PAGE = LIMITS.usersPerBatch;
const BY_ID = { property: 'id', descending: false } as const;

/** Every published run, by id. */
export async function* allRuns(store: StoreReader): AsyncGenerator<RunRecord> {
  for (let after: { value: null; key: string } | null = null; ; ) {
    const page: readonly RunRecord[] = await store.listRuns({
      where: null,
      order: BY_ID,
      after,
      limit: PAGE,
    });
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE) return;
    after = { value: null, key: last.id };
  }
}

/** The users of a run by ordinal, in pages; the last one may be empty. */
export async function* pagesOfUsers(
  store: StoreReader,
  runId: string,
): AsyncGenerator<readonly UserRecord[]> {
  for (let key = 0; ; ) {
    const after = { value: null, key };
    const page = await store.listUsers({ runId, where: null, order: BY_ID, after, limit: PAGE });
    yield page;
    if (page.length < PAGE) return;
    key = page.at(-1)?.ordinal ?? key;
  }
}

/** The admissions of a workflow, in pages; the last one may be empty. */
export async function* pagesOfAdmissions(
  store: StoreReader,
  workflowId: string,
): AsyncGenerator<readonly Admission[]> {
  for (let after: string | null = null; ; ) {
    const page: readonly Admission[] = await store.listAdmissions({ workflowId, after, limit: PAGE });
    yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.subjectId ?? null;
  }
}
