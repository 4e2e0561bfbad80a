/**
 * Notes of the ledger, by collection. Those of a workflow have keys that begin with its id and a slash, so
 * that they go with it.
 */
import type { Note } from '../model/records.ts';
import type { StoreReader, StoreTransaction } from '../ports/store.ts';

/** Collections whose notes belong to workflows. */
export const OF_WORKFLOWS = {
  /** `workflow/origin run/new run`: {@link Reprocessing}. */
  reprocessings: 'reprocessings',
  /** `workflow/origin run/new run/position`: a user of the origin whose results do not name the new run any more. */
  unlinked: 'unlinked',
  /** `workflow/task result`: until when a task waits for a callback, and the answer; `ledger/recording/callbacks.ts`. */
  callbacks: 'callbacks',
  /** `workflow/`: the run of its last preview. */
  previews: 'previews',
  /** `workflow/run`: the provisioning object that the run was made for; `ledger/planning/provisioning-objects.ts`. */
  provisioningObjects: 'provisioningObjects',
  /** `workflow/`: what is watched for its trigger, and since when; `engine/selection/observe.ts`. */
  baselines: 'baselines',
  /** `workflow/subject`: what was seen of him last. */
  seen: 'seen',
  /** `workflow/subject`: when he changed last, epoch ms. */
  changes: 'changes',
} as const;

/** Removes whatever is noted of a workflow. */
export async function forgetWorkflow(tx: StoreTransaction, workflowId: string): Promise<void> {
  for (const collection of Object.values(OF_WORKFLOWS)) await tx.purgeNotes(collection, `${workflowId}/`);
}

/** All notes under a prefix, a page at a time. */
export async function* notesUnder(
  reader: StoreReader,
  collection: string,
  prefix: string,
): AsyncGenerator<Note> {
  for (let after: string | null = null; ; ) {
    const page: readonly Note[] = await reader.listNotes({ collection, prefix, after, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.key ?? null;
  }
}

const PAGE = 1_000;
