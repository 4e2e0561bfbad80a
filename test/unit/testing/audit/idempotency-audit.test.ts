/** The audit of handlers, and the store that dies with its process. */
import { describe, expect, it } from 'vitest';
import type { WorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import { memoryStore } from '../../../../src/stores/memory/memory-store.ts';
import { crashingStore, formatAudit, idempotencyAudit } from '../../../../src/testing.ts';

const workflow = (...tasks: readonly string[]): WorkflowInput => ({
  category: 'joiner',
  displayName: 'Under audit',
  executionConditions: { '@odata.type': '#microsoft.graph.identityGovernance.onDemandExecutionOnly' },
  tasks: tasks.map((taskDefinitionId) => ({ taskDefinitionId })),
});
const population = [{ id: 'ada' }, { id: 'bob' }];

describe('idempotencyAudit', () => {
  it('distinguishes a task that adds from one that sets, in whatever place they stand', async () => {
    for (const order of [
      ['set', 'add'],
      ['add', 'set'],
    ]) {
      const report = await idempotencyAudit({
        workflow: workflow(...order),
        population,
        effects: () => ({ set: new Map<string, number>(), added: [] as string[] }),
        tasks: ({ set, added }) => ({
          set: async ({ subject }) => void set.set(subject.id, 1),
          add: ({ subject }) => void added.push(subject.id),
        }),
      });
      const results = Object.fromEntries(report.tasks.map(({ task, result }) => [task, result]));
      expect(results).toEqual({ set: 'idempotent', add: 'notIdempotent' });
      expect(report.calls).toBe(4);
      expect(report.executions).toBe(2 * report.commits + report.calls + 1);
      expect(report.differences.length).toBeGreaterThan(0);
      expect(report.otherEndings).toEqual([]);
      expect(report.violations).toEqual([]);
      for (const { expected, got, repeated } of report.differences) {
        expect(got).not.toEqual(expected);
        expect(Object.keys(repeated)).toContain('add');
      }
    }
  });

  it('finds first of all an effect that is lost: what may be done already is skipped', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('add', 'skip', 'look'),
      population,
      effects: () => ({ added: [] as string[], skipped: new Set<string>(), looked: new Set<string>() }),
      tasks: ({ added, skipped, looked }) => ({
        add: ({ subject }) => void added.push(subject.id),
        skip: ({ subject, interruptions }) => {
          if (interruptions === 0) skipped.add(subject.id);
        },
        look: ({ subject, interruptions }) => {
          if (interruptions === 0 || !looked.has(subject.id)) looked.add(subject.id);
        },
      }),
    });
    const verdicts = Object.fromEntries(report.tasks.map(({ task, result: verdict }) => [task, verdict]));
    expect(verdicts).toEqual({ add: 'notIdempotent', skip: 'losesEffect', look: 'idempotent' });
    expect(report.differences.map(({ lostBy }) => lostBy)).toEqual([['skip'], ['skip'], ['skip'], []]);
    expect(report.differences[0]).toMatchObject({
      crash: { when: 'call', task: 'skip', subjectId: 'ada', attempt: 1 },
      repeated: {},
      got: { added: ['ada', 'bob'], skipped: ['bob'] },
    });
    const text = formatAudit(report);
    expect(text).toContain('skip  LOSES ITS EFFECT');
    expect(text).toContain(
      'With a crash as skip was called for ada, before it did anything, and a second call:\n  - skipped: "ada"',
    );
  });

  it('finds it with real waits, with few lanes, and at a later attempt', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('slow', 'slow'),
      population,
      effects: () => [] as string[],
      tasks: (done) => ({
        slow: {
          run: async ({ subject, attempt, interruptions, idempotencyKey }) => {
            await new Promise<void>((resolve) => setTimeout(resolve, 1));
            if (attempt === 1) throw new Error('Not yet');
            if (interruptions === 0) done.push(`${subject.id} ${idempotencyKey}`);
          },
          retry: { attempts: 2 },
          concurrency: 1,
        },
      }),
      settings: { concurrency: 2 },
    });
    expect(report.calls).toBe(8);
    expect(report.tasks).toMatchObject([{ task: 'slow', result: 'losesEffect' }]);
    // Interruptions are those of the task, whichever attempt they hit.
    const atCalls = report.differences.flatMap(({ crash }) => (crash.when === 'call' ? [crash.attempt] : []));
    expect(atCalls.sort()).toEqual([1, 1, 1, 1, 2, 2, 2, 2]);
    expect(report.differences.every(({ lostBy }) => lostBy[0] === 'slow')).toBe(true);
    expect(report.violations).toEqual([]);
  });

  it('does not call lost what a second call does besides', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('note'),
      population,
      effects: () => ({ done: new Set<string>(), again: new Set<string>() }),
      tasks: ({ done, again }) => ({
        note: ({ subject, interruptions }) => {
          done.add(subject.id);
          if (interruptions > 0) again.add(subject.id);
        },
      }),
    });
    expect(report.differences.length).toBeGreaterThan(0);
    expect(report.differences.flatMap(({ lostBy }) => lostBy)).toEqual([]);
    expect(report.tasks).toMatchObject([{ result: 'notIdempotent' }]);
  });

  it('finds nothing when the idempotency key is used', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('pay'),
      population,
      effects: () => new Map<string, number>(),
      tasks: (paid) => ({ pay: ({ idempotencyKey }) => void paid.set(idempotencyKey, 100) }),
    });
    expect(report.tasks).toMatchObject([{ task: 'pay', result: 'idempotent' }]);
    expect(report.tasks[0]?.repeats).toBeGreaterThan(0);
    expect(report.differences).toEqual([]);
  });

  it('does not take a retry for a repetition, and needs no time for its waits', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('flaky'),
      population,
      effects: () => new Set<string>(),
      tasks: (done) => ({
        flaky: {
          run: ({ subject, attempt }) => {
            if (attempt < 3) throw new Error('Not yet');
            done.add(subject.id);
          },
          retry: { attempts: 3, delayMs: 3_600_000 },
        },
      }),
    });
    expect(report.tasks).toMatchObject([{ result: 'idempotent' }]);
    expect(report.otherEndings).toEqual([]);
  });

  it('reports an execution that ends otherwise: a handler that cannot run twice', async () => {
    const report = await idempotencyAudit({
      workflow: workflow('create'),
      population,
      effects: () => new Set<string>(),
      tasks: (accounts) => ({
        create: ({ subject }) => {
          if (accounts.has(subject.id)) throw new Error('The account exists');
          accounts.add(subject.id);
        },
      }),
    });
    expect(report.differences).toEqual([]);
    expect(report.otherEndings.map(({ expected, got }) => [expected, got])).toContainEqual([
      'completed',
      'failed',
    ]);
    expect(formatAudit(report)).toContain('ended otherwise');
  });

  it('compares what `read` makes of the recorder, and reports its progress', async () => {
    const progress: number[] = [];
    const report = await idempotencyAudit({
      workflow: workflow('add'),
      population,
      effects: () => [] as string[],
      tasks: (added) => ({ add: ({ subject }) => void added.push(subject.id) }),
      read: (added) => new Set(added).size,
      onProgress: ({ executions }) => progress.push(executions),
    });
    expect(report.differences).toEqual([]);
    expect(progress).toEqual(Array.from({ length: report.executions }, (_, index) => index + 1));
  });

  it('refuses what an engine refuses', async () => {
    const options = { population, effects: () => null, tasks: () => ({}) };
    await expect(idempotencyAudit({ ...options, workflow: workflow('missing') })).rejects.toMatchObject({
      code: 'HandlerMissing',
    });
  });
});

describe('crashingStore', () => {
  const write = (store: ReturnType<typeof crashingStore>, value: string) =>
    store.transaction((tx) => tx.putSetting('a', value));
  /** Whether the promise settles before everything else is done. */
  const settles = async (promise: Promise<unknown>) => {
    let isSettled = false;
    promise.then(
      () => (isSettled = true),
      () => (isSettled = true),
    );
    for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    return isSettled;
  };

  it.each([
    ['before', 'one'],
    ['after', 'two'],
  ] as const)('keeps of a commit what a crash just %s it leaves', async (when, kept) => {
    const inner = memoryStore();
    const store = crashingStore(inner, { commit: 2, when });
    await write(store, 'one');
    expect(await settles(write(store, 'two'))).toBe(false);
    await store.crashed;
    expect(await inner.getSetting('a')).toBe(kept);
    expect(await settles(write(store, 'three'))).toBe(false);
    expect(await settles(store.getSetting('a'))).toBe(false);
    expect(await inner.getSetting('a')).toBe(kept);
  });

  it('passes errors on while it runs, and counts no failed commit', async () => {
    const store = crashingStore(memoryStore());
    await expect(store.transaction(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await write(store, 'one');
    expect(store.commits).toBe(1);
    expect(store.busy).toBe(0);
  });

  it('rolls back what is under way when it crashes by hand', async () => {
    const inner = memoryStore();
    const store = crashingStore(inner);
    const work = store.transaction(async (tx) => {
      await tx.putSetting('a', 'one');
      store.crash();
    });
    expect(await settles(work)).toBe(false);
    expect(await inner.getSetting('a')).toBeNull();
  });
});
