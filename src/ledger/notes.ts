/**
 * Notes of the ledger, by collection. Those of a workflow have keys that begin with its id and a slash, so
 * that they can be deleted with it.
 */
import type { Note } from '../model/records.ts';
import type { StoreReader, StoreTransaction } from '../ports/store.ts';

/** Collections whose notes belong to workflows. */
export const OF_WORKFLOWS = {
  /** `workflow/origin run/new run`: {@link Reprocessing}. */
  reprocessings: 'reprocessings',
  /** `workflow/origin run/new run/ordinal`: a user of the origin that was unlinked from the new run. */
  unlinked: 'unlinked',
  /** `workflow/task result`: deadline and answer of a task that waits for a callback; `ledger/recording/callbacks.ts`. */
  callbacks: 'callbacks',
  /** `workflow/`: id of its last preview run. */
  previews: 'previews',
  /** `workflow/run`: the provisioning object that the run was created for; `ledger/planning/provisioning-objects.ts`. */
  provisioningObjects: 'provisioningObjects',
  /** `workflow/`: what is watched for its trigger, and since when; `engine/selection/observe.ts`. */
  baselines: 'baselines',
  /** `workflow/subject`: attributes of the subject at the last evaluation. */
  seen: 'seen',
  /** `workflow/subject`: last change of the subject, epoch ms. */
  changes: 'changes',
} as const;

/** All collections of the ledger. */
export const COLLECTIONS = {
  ...OF_WORKFLOWS,
  /** Time left until the end of time: who changed what; `ledger/audit-log.ts`. */
  audit: 'audit',
  /** Id: a custom task extension; `ledger/methods/extensions.ts`. */
  extensions: 'extensions',
} as const;

/** Names of the ledger's settings. */
export const SETTINGS = {
  /** Patches of the settings of lifecycle management; `ledger/methods/settings.ts`. */
  management: 'lifecycleManagementSettings',
  /** What tokens of callbacks are made with; `ledger/recording/callbacks.ts`. */
  callbackSecret: 'callbackSecret',
} as const;

/** Deletes all notes of a workflow. */
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
