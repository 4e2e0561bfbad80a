/** Events of one run on their way into the store, and who is fenced off. */
import { describe, expect, it } from 'vitest';
import type { LedgerContext } from '../../../../src/ledger/context.ts';
import { cancelRun } from '../../../../src/ledger/recording/cancel.ts';
import { Recorder, type TrackedUser } from '../../../../src/ledger/recording/recorder.ts';
import type { UserEvent } from '../../../../src/rules/status/user.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { virtualClock } from '../../../../src/system/virtual/virtual-clock.ts';
import { ProductionRun } from '../../../properties/production-run.ts';

const STARTED: UserEvent = { kind: 'start', atMs: 1_100 };
const ENDED: UserEvent = {
  kind: 'taskEnded',
  outcome: { status: 'completed', startedAtMs: 1_100, completedAtMs: 1_200 },
  continueOnError: false,
};

/** A run of two users of one task, claimed with token 1, and a line for it that notes what it hears. */
async function claimedRun() {
  const store = memoryStore();
  const clock = virtualClock(2_000);
  const context = {
    store,
    clock,
    events: { has: () => false, emit: () => {} },
    aggregation: { strictFailed: false },
  } as unknown as LedgerContext;
  const { run, users } = new ProductionRun({ users: 2, continueOnError: [false] });
  await store.transaction(async (tx) => {
    await tx.insertRun(run);
    await tx.insertUsers(users);
  });
  const recorder = new Recorder(context);
  const heard: string[] = [];
  const line = recorder.open<TrackedUser>(run.id, 1, {
    recorded: ({ user }, { kind }) => void heard.push(`${kind} ${user.processingStatus}`),
    refused: (_, { kind }, code) => void heard.push(`${kind} ${code}`),
    runChanged: () => {},
    lost: (error) => void heard.push((error as { code: string }).code),
  });
  const flights = users.map((user): TrackedUser => ({ user, staged: null }));
  const settle = async () => {
    await clock.settle();
    await recorder.settled();
  };
  const runNow = async () => (await store.getRun(run.id)) ?? run;
  return { run, context, clock, recorder, line, flights, heard, settle, runNow };
}

describe('a recorder', () => {
  it('decides each event of a user on what the one before it in the same commit made of him', async () => {
    const { line, flights, heard, settle, runNow } = await claimedRun();
    const [flight] = flights as [TrackedUser, TrackedUser];
    line.record(flight, STARTED);
    line.record(flight, ENDED);
    line.record(flight, ENDED);
    await settle();
    expect(heard).toEqual(['start completed', 'taskEnded completed', 'taskEnded AlreadyFinal']);
    expect(flight.user).toMatchObject({ processingStatus: 'completed', startedAtMs: 1_100 });
    expect(await runNow()).toMatchObject({ successfulUsersCount: 1, totalUnprocessedTasksCount: 1 });
  });

  it('loses a run that was claimed by somebody else', async () => {
    const { context, run, line, flights, heard, settle, runNow } = await claimedRun();
    await context.store.transaction((tx) => tx.putRun({ ...run, claim: 2 }));
    line.record(flights[0] as TrackedUser, STARTED);
    await settle();
    expect(heard).toEqual(['ClaimLost']);
    expect((await runNow()).processingStatus).toBe('queued');
  });
});

describe('a cancel', () => {
  it('leaves the users in progress of a run to the driver of this process, and its claim', async () => {
    const { context, clock, recorder, run, line, flights, settle, runNow } = await claimedRun();
    line.record(flights[0] as TrackedUser, STARTED);
    await settle();
    await clock.until(cancelRun({ context, recorder }, run.workflowId, run.id));
    expect(await runNow()).toMatchObject({ processingStatus: 'canceling', claim: 1, canceledUsersCount: 1 });
    line.record(flights[0] as TrackedUser, ENDED);
    await settle();
    expect(await runNow()).toMatchObject({ processingStatus: 'canceled', successfulUsersCount: 1 });
  });

  it('from another process fences the driver off, and ends the run', async () => {
    const { context, clock, run, line, flights, heard, settle, runNow } = await claimedRun();
    line.record(flights[0] as TrackedUser, STARTED);
    await settle();
    const elsewhere = new Recorder(context);
    await clock.until(cancelRun({ context, recorder: elsewhere }, run.workflowId, run.id));
    expect(await runNow()).toMatchObject({ processingStatus: 'canceled', claim: 2, canceledUsersCount: 2 });
    line.record(flights[0] as TrackedUser, ENDED);
    await settle();
    expect(heard).toEqual(['start inProgress', 'ClaimLost']);
  });
});
