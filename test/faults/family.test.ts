/**
 * The rest of the family through crashes: its process dies at every commit in turn, before and after it, and
 * the next one has to come to the same end.
 */
import { expect, it } from 'vitest';
import { checkStore } from '../../src/ledger/check.ts';
import type { UserRecord } from '../../src/model/records.ts';
import type { Subject } from '../../src/model/subject.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import type { Directory } from '../../src/ports/directory.ts';
import type { Store } from '../../src/ports/store.ts';
import { memoryStore } from '../../src/stores/memory/memory-store.ts';
import { type CrashPoint, crashingStore } from '../../src/testing/audit/crashing-store.ts';
import type { VirtualClock } from '../helpers/virtual-clock.ts';
import { makeWorld, scheduledInput, type World, type WorldOptions, workflowInput } from '../helpers/world.ts';

/** One process after another on one store and clock. */
interface Site {
  readonly inner: Store;
  readonly clock: VirtualClock;
  readonly options: WorldOptions;
  /** Ends at `point`, or when `work` is done; whether it was reached. */
  dies(point: CrashPoint, work: (world: World) => Promise<void>): Promise<boolean>;
  survives(work: (world: World) => Promise<void>): Promise<void>;
}

function siteOf(options: WorldOptions): Site {
  const inner = memoryStore();
  const { clock } = makeWorld();
  return {
    inner,
    clock,
    options,
    async dies(point, work) {
      const store = crashingStore(inner, point);
      const world = makeWorld({ ...options, store, clock });
      // The stop makes commits too.
      const whole = work(world).then(() => world.engine.stop());
      return Promise.race([whole.then(() => false), store.crashed.then(() => true)]);
    },
    async survives(work) {
      const world = makeWorld({ ...options, store: inner, clock });
      await work(world);
      await world.engine.stop();
    },
  };
}

/** Plays `story` with a crash at every commit that it has, until one is not reached. */
async function atEveryCommit(story: (point: CrashPoint) => Promise<boolean>): Promise<void> {
  for (const when of ['before', 'after'] as const) {
    let commit = 1;
    while (await story({ commit, when })) commit += 1;
    expect(commit).toBeGreaterThan(3);
  }
}

/** User results of all runs, which have to be sound and published. */
async function resultsIn(store: Store): Promise<readonly UserRecord[]> {
  expect((await checkStore(store)).violations).toEqual([]);
  expect(await store.listUnfinishedRuns()).toEqual([]);
  const order = { property: 'id', descending: false };
  const page = { where: null, order, after: null, limit: 5_000 } as const;
  const runs = await store.listRuns(page);
  return (await Promise.all(runs.map(({ id }) => store.listUsers({ ...page, runId: id })))).flat();
}

const countBy = (users: readonly UserRecord[]) => {
  const counts = new Map<string, number>();
  for (const { subjectId, processingStatus } of users) {
    const key = `${subjectId} ${processingStatus}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

/** People who can be changed. */
function directoryOf(people: Map<string, Subject>): Directory {
  return {
    get: async (ids) => ids.flatMap((id) => people.get(id) ?? []),
    async *query() {
      yield* people.values();
    },
  };
}

it('a quarantine holds all users once, and after it each is processed once', async () => {
  const count = 1_200;
  await atEveryCommit(async (point) => {
    const people = new Map<string, Subject>();
    const site = siteOf({ directory: directoryOf(people) });
    const employeeHireDate = new Date(site.clock.now()).toISOString();
    for (let no = 1; no <= count; no++)
      people.set(`u${no}`, { id: `u${no}`, department: 'Sales', employeeHireDate });
    let id = '';
    await site.survives(async ({ engine }) => {
      const bounds = { matchMode: 'any', conditions: [{ threshold: 1_000 }] } as never;
      await engine.settings.update({ quarantineConfiguration: bounds });
      id = (await engine.workflows.create(scheduledInput(['a']))).id;
    });
    const isReached = await site.dies(point, async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(3 * HOUR_MS);
    });
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(3 * HOUR_MS);
      await engine.settings.update({ quarantineConfiguration: null });
      await engine.workflows.clearQuarantine(id);
      await clock.advance(3 * HOUR_MS);
      await clock.advance(3 * HOUR_MS);
    });
    const counts = countBy(await resultsIn(site.inner));
    expect(counts.size).toBe(2 * count);
    expect([...counts.values()].every((times) => times === 1)).toBe(true);
    expect(counts.get('u1 quarantined')).toBe(1);
    expect(counts.get('u1200 completed')).toBe(1);
    return isReached;
  });
});

it('a change makes its user due once, whatever crashes between its sight and its run', async () => {
  await atEveryCommit(async (point) => {
    const person = (id: string, department: string) => ({ id, city: 'Rome', department });
    const people = new Map<string, Subject>(['u1', 'u2', 'u3'].map((id) => [id, person(id, 'A')]));
    const site = siteOf({ directory: directoryOf(people) });
    const executionConditions = {
      scope: { rule: "city eq 'Rome'" },
      trigger: { triggerAttributes: [{ name: 'department' }] },
    };
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      await engine.workflows.create(workflowInput(['a'], { isSchedulingEnabled: true, executionConditions }));
      await clock.advance(1);
    });
    for (const id of ['u1', 'u2']) people.set(id, person(id, 'B'));
    const isReached = await site.dies(point, async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(3 * HOUR_MS);
    });
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      for (let slot = 0; slot < 3; slot++) await clock.advance(3 * HOUR_MS);
    });
    expect([...countBy(await resultsIn(site.inner))].sort()).toEqual([
      ['u1 completed', 1],
      ['u2 completed', 1],
    ]);
    return isReached;
  });
});

it('a reprocessing is made whole or not at all, and its tie to the origin with it', async () => {
  await atEveryCommit(async (point) => {
    let isBroken = true;
    const site = siteOf({
      subjects: 3,
      tasks: {
        '*': () => {
          if (isBroken) throw new Error('broken');
        },
      },
    });
    let [id, origin] = ['', ''];
    await site.survives(async ({ engine }) => {
      await engine.start();
      id = (await engine.workflows.create(workflowInput(['a', 'b']))).id;
      origin = (await engine.runs.activate(id, { subjects: ['u1', 'u2', 'u3'] })).id;
      await engine.runs.waitFor(origin);
    });
    isBroken = false;
    const isReached = await site.dies(point, async ({ engine }) => {
      await engine.start();
      await engine.runs.waitFor((await engine.runs.reprocess(origin)).id);
    });
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(1);
      const made = await engine.runs.reprocessedRuns(origin);
      const listed = (await engine.runs.list(id)).value.filter((run) => run.id !== origin);
      expect(made.map((run) => run.id)).toEqual(listed.map((run) => run.id));
      for (const run of made) expect((await engine.runs.waitFor(run.id)).processingStatus).toBe('completed');
    });
    await resultsIn(site.inner);
    return isReached;
  });
});

it('a workflow has one preview, that of the people in its scope, whatever crashes while it is replaced', async () => {
  await atEveryCommit(async (point) => {
    const site = siteOf({ subjects: 3 });
    let id = '';
    await site.survives(async ({ engine }) => {
      id = (await engine.workflows.create(workflowInput(['a', 'b']))).id;
      // The engine was never started: it is still queued when it is replaced.
      await engine.workflows.preview(id, { subjects: ['u1'] });
    });
    const isReached = await site.dies(point, async ({ engine }) => {
      await engine.start();
      await engine.runs.waitFor((await engine.workflows.preview(id, { subjects: ['u2', 'u3'] })).id);
    });
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(1);
      const filter = "workflowExecutionType eq 'preview'";
      const [run, ...others] = (await engine.runs.list(id, { filter })).value;
      expect([run?.processingStatus, others]).toEqual(['completed', []]);
      const { value } = await engine.userProcessingResults.list(run?.id ?? '');
      expect(value.map(({ subject }) => subject)).toEqual(await engine.workflows.previewedSubjects(id));
    });
    const subjects = [...countBy(await resultsIn(site.inner)).keys()].sort().join();
    expect(['u1 completed', 'u2 completed,u3 completed']).toContain(subjects);
    return isReached;
  });
});

it('a task that waits is called with one token, and completes by one answer', async () => {
  await atEveryCommit(async (point) => {
    const bodies: { data: { callbackUriPath: string; taskProcessingResult: { id: string } } }[] = [];
    let secrets = 0;
    const site = siteOf({
      tasks: { after: () => {} },
      callout: {
        post: async ({ body }) => {
          bodies.push(JSON.parse(body));
          return { status: 202, body: '' };
        },
        secret: () => `secret ${++secrets}`,
      },
    });
    let id = '';
    await site.survives(async ({ engine }) => {
      const extension = await engine.customTaskExtensions.create({
        displayName: 'x',
        endpointConfiguration: { targetUrl: 'https://hooks.example' },
        callbackConfiguration: { timeoutDuration: 'PT1H' },
      });
      const task = {
        id: 'runCustomTaskExtension',
        arguments: [{ name: 'customTaskExtensionID', value: extension.id }],
      };
      id = (await engine.workflows.create(workflowInput([task, 'after']))).id;
      await engine.runs.activate(id, { subjects: ['u1'] });
    });
    const isReached = await site.dies(point, async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(MINUTE_MS);
    });
    await site.survives(async ({ engine, clock }) => {
      await engine.start();
      await clock.advance(MINUTE_MS);
      const paths = new Set(bodies.map(({ data }) => data.callbackUriPath));
      expect([paths.size, bodies.length <= 2]).toEqual([1, true]);
      const [first] = bodies;
      const token = new URL(`http://x${first?.data.callbackUriPath}`).searchParams.get('token') ?? '';
      const result = first?.data.taskProcessingResult.id ?? '';
      const answer = { data: { operationStatus: 'completed' } };
      await engine.taskProcessingResults.resume(result, answer, { token });
      await clock.advance(1);
    });
    expect([...countBy(await resultsIn(site.inner))]).toEqual([['u1 completed', 1]]);
    return isReached;
  });
});
