import { describe, expect, it } from 'vitest';
import { News, type NewsDeps } from '../../../../src/engine/news/news.ts';
import { Waiters } from '../../../../src/engine/news/waiters.ts';
import { LIMITS } from '../../../../src/model/limits.ts';
import type { RunRecord } from '../../../../src/model/records.ts';
import type { RunNews } from '../../../../src/model/slices.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { runRecord } from '../../../../src/testing/contract/records/records.ts';
import { VirtualClock } from '../../../helpers/virtual-clock.ts';

/** News of a store with these runs; what an engine was told, and what the store tells. */
function world(runs: RunRecord[], own: Partial<NewsDeps> = {}) {
  const clock = new VirtualClock();
  const calls: string[] = [];
  const errors: unknown[] = [];
  const reads: string[] = [];
  const failures: Error[] = [];
  const waiters = new Waiters();
  const watches = new Set<(news: RunNews) => void>();
  const store = {
    slices: {
      watch: (listener: (news: RunNews) => void) => {
        watches.add(listener);
        return { close: () => void watches.delete(listener) };
      },
    },
    getRun: async (id: string) => {
      reads.push(id);
      const failure = failures.shift();
      if (failure) throw failure;
      return runs.find((run) => run.id === id) ?? null;
    },
  } as unknown as NewsDeps['store'];
  const news = new News({
    store,
    clock,
    events: {
      has: () => true,
      emit: (_, payload) => void errors.push((payload as { error: unknown }).error),
    },
    work: { published: (run) => void calls.push(`published ${run}`) },
    dispatcher: {
      cancel: (runId) => void calls.push(`cancel ${runId}`),
      wake: (runId, ordinal) => void calls.push(`wake ${runId} ${ordinal}`),
    },
    waiters,
    deleted: (runId) => void calls.push(`deleted ${runId}`),
    ...own,
  });
  const emit = (one: RunNews) => {
    for (const listener of watches) listener(one);
  };
  return { news, clock, calls, errors, reads, failures, waiters, watches, emit };
}

describe('news of other processes', () => {
  it('reach the parts of the engine that they concern', () => {
    const { news, calls, emit } = world([]);
    news.open();
    emit({ kind: 'offered', runId: 'r' });
    emit({ kind: 'canceling', runId: 'r' });
    emit({ kind: 'answered', runId: 'r', ordinal: 7 });
    expect(calls).toEqual(['published null', 'cancel r', 'wake r 7']);
  });

  it('of an end resolve the wait for that run, and read no run that is not waited for', async () => {
    const done = runRecord(0, { processingStatus: 'completed' });
    const { news, clock, reads, waiters, emit } = world([done]);
    news.open();
    emit({ kind: 'ended', runId: done.id });
    await clock.settle();
    expect(reads).toEqual([]);
    const waiting = waiters.wait(done.id);
    emit({ kind: 'ended', runId: done.id });
    expect((await waiting).processingStatus).toBe('completed');
  });

  it('that were lost are made up for by polling the runs that are waited for', async () => {
    const runs = [runRecord(0, { processingStatus: 'inProgress' })];
    const [run] = runs as [RunRecord];
    const { news, clock, calls, reads, waiters } = world(runs);
    news.open();
    const [waiting, missing] = [waiters.wait(run.id), waiters.wait('deleted')];
    await clock.advance(LIMITS.pollMs);
    expect(reads).toEqual([run.id, 'deleted']);
    expect(calls).toEqual(['deleted deleted']);
    waiters.forget('deleted', missing);
    runs[0] = { ...run, processingStatus: 'failed' };
    await clock.advance(LIMITS.pollMs);
    expect((await waiting).processingStatus).toBe('failed');
  });

  it('are polled for again after the store failed, which is reported', async () => {
    const done = runRecord(0, { processingStatus: 'completed' });
    const { news, clock, errors, failures, waiters } = world([done]);
    const failure = new Error('The store is away');
    failures.push(failure);
    news.open();
    const waiting = waiters.wait(done.id);
    await clock.advance(LIMITS.pollMs);
    expect(errors).toEqual([failure]);
    await clock.advance(LIMITS.pollMs);
    expect((await waiting).id).toBe(done.id);
  });

  it('end with closing, also while a look is being made', async () => {
    const { news, clock, watches, waiters, reads } = world([runRecord(0)]);
    news.open();
    news.open();
    expect(watches.size).toBe(1);
    void waiters.wait(runRecord(0).id);
    const looking = clock.advance(LIMITS.pollMs);
    news.close();
    await looking;
    await clock.advance(3 * LIMITS.pollMs);
    expect(watches.size).toBe(0);
    expect(clock.timers).toBe(0);
    expect(reads.length).toBeLessThanOrEqual(1);
  });

  it('are none where one process writes the store', () => {
    const { news, clock } = world([], { store: memoryStore() });
    news.open();
    expect(clock.timers).toBe(0);
    news.close();
  });
});
