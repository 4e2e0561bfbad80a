import type { RunRecord, UserRecord } from '../../model/records.ts';
import { differencesOf } from '../model/difference.ts';
import { violationsOf } from '../model/invariants.ts';
import { type ModelPlan, type ModelRun, snapshotOf } from '../model/reference-model.ts';
import { snapshotOfRecords, withoutTimes } from '../model/snapshot.ts';

/** Records after a commit, and the model after the same events. */
export interface RunCheckStep {
  readonly run: RunRecord;
  readonly users: readonly UserRecord[];
  readonly model: ModelRun;
}

/** What is wrong with a commit: a difference from the model, or a broken invariant. */
export function stepFindings(
  before: RunCheckStep,
  after: RunCheckStep,
  plan: ModelPlan,
): readonly { readonly rule: string; readonly message: string }[] {
  const flags = plan.continueOnError;
  const shown = snapshotOfRecords(after.run, after.users, flags);
  const found = differencesOf(withoutTimes(shown), withoutTimes(snapshotOf(after.model)));
  const broken = violationsOf(shown, snapshotOfRecords(before.run, before.users, flags));
  return [
    ...found.map((message) => ({ rule: 'model', message: `rules and model differ: ${message}` })),
    ...broken.map(({ rule, what }) => ({ rule, message: what })),
  ];
}
