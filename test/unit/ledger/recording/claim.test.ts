/** Claims: unfinished runs can be claimed, and only the newest claim counts. */
import { expect, it } from 'vitest';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { claimRuns, releaseRuns } from '../../../../src/ledger/recording/claim.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import { PROCESSING_STATUSES } from '../../../../src/model/status.ts';
import { isTerminal } from '../../../../src/rules/status/transitions.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const { run: base } = new ProductionRun({ users: 1, continueOnError: [false] });
const FIRST = { ...base, inHand: false };

/** A store with these runs, with ids by index. */
async function contextWith(...changes: readonly Partial<RunRecord>[]) {
  const store = memoryStore();
  const runs = changes.map((change, index): RunRecord => ({ ...FIRST, ...change, id: `run-${index}` }));
  await store.transaction(async (tx) => {
    for (const run of runs) await tx.insertRun(run);
  });
  return { store, context: { store } as LedgerContext, runs };
}

it('every run that is not final can be claimed, and its claim grows by one', async () => {
  const { context, runs } = await contextWith(
    ...PROCESSING_STATUSES.map((processingStatus) => ({ processingStatus })),
  );
  const claimed = await claimRuns(
    context,
    runs.map(({ id }) => id),
  );
  const open = runs.filter(({ processingStatus }) => !isTerminal(processingStatus));
  expect(claimed).toEqual(
    open.map((run) => ({ run: { ...run, claim: run.claim + 1, inHand: true }, wasInHand: false })),
  );
  for (const run of runs)
    if (isTerminal(run.processingStatus)) expect(await context.store.getRun(run.id)).toEqual(run);
});

it('a run that is unpublished, externally driven or deleted cannot be claimed', async () => {
  const { context, runs } = await contextWith({ published: false }, { driver: 'external' });
  const ids = [...runs.map(({ id }) => id), 'deleted'];
  expect(await claimRuns(context, ids)).toEqual([]);
});

it('a claim reports whether the previous driver died, and an old claim releases nothing', async () => {
  const { context, store } = await contextWith({});
  const [first] = await claimRuns(context, ['run-0']);
  const [second] = await claimRuns(context, ['run-0']);
  expect([first?.wasInHand, second?.wasInHand]).toEqual([false, true]);
  const release = (claim: number | undefined) =>
    releaseRuns(context, [{ runId: 'run-0', claim: claim ?? 0 }]);
  await release(first?.run.claim);
  expect((await store.getRun('run-0'))?.inHand).toBe(true);
  await release(second?.run.claim);
  expect((await store.getRun('run-0'))?.inHand).toBe(false);
  expect((await claimRuns(context, ['run-0']))[0]?.wasInHand).toBe(false);
});
