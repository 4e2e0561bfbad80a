/** Runs done again, in the engine: who, which tasks, what ties the runs together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskContext } from '../../../src/ports/task-handler.ts';
import { sqliteStore } from '../../../src/sqlite.ts';
import { checkDatabase } from '../../../src/testing/oracles/check-database.ts';
import {
  allUsers,
  codeOf,
  expectRecount,
  expectSound,
  idsOf,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';
import { newFile } from '../stores/sqlite/support.ts';

/** A world whose tasks `t1` … fail for the (task, subject) pairs in `failing`, and that keeps the calls. */
function failingWorld(failing: Set<string>, options: WorldOptions = {}) {
  const calls: string[] = [];
  const world = makeWorld({
    tasks: {
      '*': ({ task, subject }: TaskContext) => {
        const call = `${task.displayName} ${subject.id}`;
        calls.push(call);
        if (failing.has(call)) throw new Error(call);
      },
    },
    ...options,
  });
  return { ...world, calls };
}

const input = (count: number, continueOnError: (index: number) => boolean = () => false) =>
  workflowInput(
    Array.from({ length: count }, (_, index) => ({
      id: `t${index + 1}`,
      continueOnError: continueOnError(index),
    })),
  );

async function named(world: World, count: number, continueOnError?: (index: number) => boolean) {
  const given = input(count, continueOnError);
  return world.engine.workflows.create({
    ...given,
    tasks: given.tasks.map((task, index) => ({ ...task, displayName: `t${index + 1}` })),
  });
}

describe('a reprocessing run', () => {
  it('has the failed users with the tasks that they did not complete, and is linked to its origin', async () => {
    const failing = new Set(['t2 u1', 't1 u3', 't3 u3']);
    const world = failingWorld(failing, { subjects: 3 });
    const workflow = await named(world, 3, (index) => index === 0);
    await world.engine.start();
    const origin = await world.engine.runs.activate(workflow.id, { subjects: idsOf(3) });
    const before = await world.engine.runs.waitFor(origin.id);
    expect(before.failedUsersCount).toBe(2);
    failing.clear();
    world.calls.length = 0;
    const made = await world.engine.runs.reprocess(origin.id);
    const done = await world.engine.runs.waitFor(made.id);
    expect(world.calls.toSorted()).toEqual(['t1 u3', 't2 u1', 't3 u1', 't3 u3']);
    expect(done).toMatchObject({
      workflowExecutionType: 'activatedWithScope',
      processingStatus: 'completed',
      totalUsersCount: 2,
      totalTasksCount: 4,
      activatedOnScope: {
        '@odata.type': '#microsoft.graph.identityGovernance.activateRunScope',
        run: { id: origin.id },
        taskScope: 'failedTasks',
        userScope: 'failedUsers',
      },
    });
    const reports = await world.engine.taskReports.list(made.id);
    expect(reports.map(({ task, totalUsersCount }) => [task.displayName, totalUsersCount])).toEqual([
      ['t1', 1],
      ['t2', 1],
      ['t3', 2],
    ]);
    expect(await world.engine.runs.get(origin.id)).toEqual(before);
    const ids = async (runId: string) => (await world.engine.runs.reprocessedRuns(runId)).map(({ id }) => id);
    expect([await ids(origin.id), await ids(made.id)]).toEqual([[made.id], []]);
    const users = await allUsers(world.engine, origin.id);
    const byUser = await Promise.all(
      users.map(({ id }) => world.engine.userProcessingResults.reprocessedRuns(origin.id, id)),
    );
    expect(byUser.map((runs) => runs.length)).toEqual([1, 0, 1]);
    await expectRecount(world.engine, done);
    await expectSound(world.store);
  });

  it('takes all users and all tasks on request, with the newest version', async () => {
    const world = failingWorld(new Set(), { subjects: 2 });
    const workflow = await named(world, 2);
    await world.engine.start();
    const origin = await world.engine.runs.activate(workflow.id, { subjects: idsOf(2) });
    await world.engine.runs.waitFor(origin.id);
    expect(await codeOf(world.engine.runs.reprocess(origin.id))).toBe('InvalidArgument');
    const { executionConditions, tasks } = input(1);
    await world.engine.workflows.createNewVersion(workflow.id, { executionConditions, tasks });
    const made = await world.engine.runs.reprocess(origin.id, {
      userScope: 'allUsers',
      taskScope: 'allTasks',
    });
    const done = await world.engine.runs.waitFor(made.id);
    expect([done.totalUsersCount, done.totalTasksCount]).toEqual([2, 2]);
    const users = await allUsers(world.engine, made.id);
    expect(users.map((user) => user.workflowVersion)).toEqual([2, 2]);
  });

  it('takes single results of several runs, and only them', async () => {
    const failing = new Set(['t1 u1', 't1 u2', 't1 u3']);
    const world = failingWorld(failing, { subjects: 3 });
    const workflow = await named(world, 1);
    await world.engine.start();
    const origins = [
      await world.engine.runs.activate(workflow.id, { subjects: ['u1', 'u2'] }),
      await world.engine.runs.activate(workflow.id, { subjects: ['u2', 'u3'] }),
    ] as const;
    for (const { id } of origins) await world.engine.runs.waitFor(id);
    const [first, second] = await Promise.all(origins.map(({ id }) => allUsers(world.engine, id)));
    const results = [first?.[0], second?.[1]].map((result) => ({ id: result?.id ?? '' }));
    const made = await world.engine.runs.activateWithScope(workflow.id, {
      processingResults: results,
      taskScope: 'failedTasks',
    });
    await world.engine.runs.waitFor(made.id);
    const subjects = (await allUsers(world.engine, made.id)).map(({ subject }) => subject.id);
    expect(subjects.toSorted()).toEqual(['u1', 'u3']);
    const countsOf = async (run: { id: string }, list: typeof first) =>
      Promise.all(
        (list ?? []).map(
          async ({ id }) => (await world.engine.userProcessingResults.reprocessedRuns(run.id, id)).length,
        ),
      );
    expect(await countsOf(origins[0], first)).toEqual([1, 0]);
    expect(await countsOf(origins[1], second)).toEqual([0, 1]);
    const twice = { processingResults: [first?.[1], second?.[0]].map((one) => one?.id ?? '') };
    expect(
      await codeOf(world.engine.runs.activateWithScope(workflow.id, { ...twice, taskScope: 'allTasks' })),
    ).toBe('InvalidArgument');
    await world.engine.runs.removeReprocessedRun(origins[0].id, made.id);
    expect(await world.engine.runs.reprocessedRuns(origins[0].id)).toEqual([]);
    expect(await codeOf(world.engine.runs.removeReprocessedRun(origins[0].id, made.id))).toBe('NotFound');
    expect(await world.engine.runs.reprocessedRuns(origins[1].id)).toHaveLength(1);
    expect(await countsOf(origins[0], first)).toEqual([0, 0]);
  });

  it('can be unlinked from one user while the run and its other users stay linked', async () => {
    const world = failingWorld(new Set(['t1 u1', 't1 u2']), { subjects: 2 });
    const { runs, userProcessingResults: results } = world.engine;
    const { id } = await named(world, 1);
    await world.engine.start();
    const origin = await runs.activate(id, { subjects: ['u1', 'u2'] });
    await runs.waitFor(origin.id);
    const made = await runs.reprocess(origin.id);
    await runs.waitFor(made.id);
    const [one, other] = (await allUsers(world.engine, origin.id)).map((user) => user.id);
    const again = async (user = '') => (await results.reprocessedRuns(origin.id, user)).map((run) => run.id);
    expect([await again(one), await again(other)]).toEqual([[made.id], [made.id]]);
    await results.removeReprocessedRun(origin.id, one ?? '', made.id.toUpperCase());
    expect([await again(one), await again(other)]).toEqual([[], [made.id]]);
    expect((await runs.reprocessedRuns(origin.id)).map((run) => run.id)).toEqual([made.id]);
    for (const [user, run] of [
      [one, made.id],
      [other, origin.id],
      ['x', made.id],
    ] as const)
      expect(await codeOf(results.removeReprocessedRun(origin.id, user ?? '', run))).toBe('NotFound');
    const left = async () =>
      (
        await Promise.all(
          ['reprocessings', 'unlinked'].map((collection) =>
            world.store.listNotes({ collection, prefix: '', after: null, limit: 9 }),
          ),
        )
      ).map((notes) => notes.length);
    expect(await left()).toEqual([1, 1]);
    await runs.delete(origin.id);
    expect(await left()).toEqual([0, 0]);
    expect(await runs.get(made.id)).toMatchObject({ id: made.id });
  });

  it('is refused while its origin is not final, and for unknown runs and results', async () => {
    const world = failingWorld(new Set(), { subjects: 1 });
    const workflow = await named(world, 1);
    const origin = await world.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    const again = (runId: string, options = {}) => codeOf(world.engine.runs.reprocess(runId, options));
    expect(await again(origin.id)).toBe('RunActive');
    expect(await again('nobody')).toBe('NotFound');
    expect(await again(origin.id, { processingResults: [origin.id] })).toBe('RunActive');
    expect(await again(origin.id, { processingResults: ['x'] })).toBe('NotFound');
    expect(await again(origin.id, { processingResults: [] })).toBe('InvalidArgument');
    expect(await again(origin.id, { processingResults: ['x'], userScope: 'allUsers' })).toBe(
      'InvalidArgument',
    );
    expect(await again(origin.id, { taskScope: 'noTasks' })).toBe('InvalidArgument');
    expect(await again(origin.id, { tasks: [] })).toBe('InvalidArgument');
  });

  it('loses the link to a deleted origin, and is purged with its workflow', async () => {
    const world = failingWorld(new Set(['t1 u1']), { subjects: 1 });
    const workflow = await named(world, 1);
    await world.engine.start();
    const origin = await world.engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await world.engine.runs.waitFor(origin.id);
    const made = await world.engine.runs.reprocess(origin.id);
    await world.engine.runs.waitFor(made.id);
    await world.engine.runs.delete(made.id);
    expect(await world.engine.runs.reprocessedRuns(origin.id)).toEqual([]);
    await world.engine.workflows.delete(workflow.id);
    await world.engine.workflows.purge(workflow.id);
    const notes = { collection: 'reprocessings', prefix: '', after: null, limit: 10 };
    expect(await world.store.inner.listNotes(notes)).toEqual([]);
  });
});

describe('an activation with a scope', () => {
  it('takes the members of a group, whatever form the directory has them in', async () => {
    const memberOf = [['g1'], [{ id: 'G1' }, { id: 'g2' }], 'g2; g1', 'g2', undefined, 7];
    const world = failingWorld(new Set(), {
      subjects: memberOf.map((groups, index) => ({ id: `u${index + 1}`, memberOf: groups })),
    });
    const workflow = await named(world, 1);
    const made = await world.engine.runs.activateWithScope(workflow.id, { group: { id: 'g1' } });
    const users = await allUsers(world.engine, made.id);
    expect(users.map(({ subject }) => subject.id)).toEqual(['u1', 'u2', 'u3']);
    expect(made.activatedOnScope).toEqual({
      '@odata.type': '#microsoft.graph.identityGovernance.activateGroupScope',
      group: { id: 'g1' },
    });
    expect(await codeOf(world.engine.runs.activateWithScope(workflow.id, { group: 'none' }))).toBe(
      'InvalidArgument',
    );
  });

  it('takes known subjects, at most as many as the limit', async () => {
    const world = failingWorld(new Set(), { subjects: 3, limits: { subjectsPerActivationMax: 2 } });
    const workflow = await named(world, 1);
    const type = '#microsoft.graph.identityGovernance.activateUserScope';
    const activate = (scope: object) => world.engine.runs.activateWithScope(workflow.id, scope as never);
    const made = await activate({ '@odata.type': type, users: [{ id: 'u1' }, 'u2'] });
    expect(made).toMatchObject({ totalUsersCount: 2, activatedOnScope: { '@odata.type': type } });
    expect(await codeOf(activate({ users: ['x'] }))).toBe('SubjectUnknown');
    expect(await codeOf(activate({ users: idsOf(3) }))).toBe('LimitExceeded');
    const bad = [
      null,
      {},
      { users: [] },
      { users: [7] },
      { users: ['u1'], group: 'g' },
      { '@odata.type': type, group: 'g' },
      { '@odata.type': `${type}s`, users: ['u1'] },
      { run: 'r', taskScope: 'allTasks' },
    ];
    for (const scope of bad) expect(await codeOf(activate(scope as never))).toBe('InvalidArgument');
  });
});

describe('reprocessing on disk', () => {
  it('continues after the end of its process', async () => {
    const file = newFile();
    const failing = new Set(['t2 u1', 't2 u2', 't3 u3']);
    const first = failingWorld(failing, { subjects: 4, store: await sqliteStore(file) });
    const workflow = await named(first, 3);
    await first.engine.start();
    const origin = await first.engine.runs.activate(workflow.id, { subjects: idsOf(4) });
    await first.engine.runs.waitFor(origin.id);
    await first.engine.stop();
    const second = failingWorld(failing, { subjects: 4, store: first.store });
    const made = await second.engine.runs.reprocess(origin.id);
    await second.engine.close();
    const third = failingWorld(new Set(), { subjects: 4, store: await sqliteStore(file) });
    await third.engine.start();
    const done = await third.engine.runs.waitFor(made.id);
    expect(third.calls.toSorted()).toEqual(['t2 u1', 't2 u2', 't3 u1', 't3 u2', 't3 u3']);
    expect(done).toMatchObject({ processingStatus: 'completed', totalTasksCount: 5 });
    await expectRecount(third.engine, done);
    await expectSound(third.store);
    await third.engine.close();
  });
});

describe('reprocessing any run', () => {
  it('repeats for each failed user exactly the tasks not completed, until a blocking failure', async () => {
    const scenario = fc.record({
      users: fc.integer({ min: 1, max: 4 }),
      continues: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      failures: fc.array(fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }), {
        minLength: 3,
        maxLength: 3,
      }),
      allUsers: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ users, continues, failures, allUsers: takeAll }) => {
        const failing = new Set<string>();
        const world = failingWorld(failing, { subjects: users });
        const workflow = await named(world, continues.length, (index) => continues[index] ?? false);
        await world.engine.start();
        /** Task numbers that are left to a user. */
        let left = new Map(idsOf(users).map((id) => [id, continues.map((_, index) => index + 1)]));
        let run = await world.engine.runs.activate(workflow.id, { subjects: idsOf(users) });
        for (const [round, fails] of failures.entries()) {
          if (round > 0) {
            if (left.size === 0) break;
            failing.clear();
            const userScope = takeAll ? 'allUsers' : 'failedUsers';
            setFailing(failing, fails, users);
            world.calls.length = 0;
            run = await world.engine.runs.reprocess(run.id, { userScope });
          } else {
            failing.clear();
            world.calls.length = 0;
            setFailing(failing, fails, users);
          }
          const done = await world.engine.runs.waitFor(run.id);
          const expected: string[] = [];
          const next = new Map<string, number[]>();
          for (const [id, tasks] of left) {
            const undone = [...tasks];
            let hasFailed = false;
            for (const task of tasks) {
              expected.push(`t${task} ${id}`);
              if (!failing.has(`t${task} ${id}`)) undone.splice(undone.indexOf(task), 1);
              else {
                hasFailed = true;
                if (!continues[task - 1]) break;
              }
            }
            if (hasFailed) next.set(id, undone);
          }
          expect(world.calls.toSorted()).toEqual(expected.toSorted());
          expect(done.totalTasksCount).toBe([...left.values()].flat().length);
          await expectRecount(world.engine, done);
          left = next;
        }
        await expectSound(world.store);
        expect((await checkDatabase(world.store.inner)).violations).toEqual([]);
        await world.engine.stop();
      }),
      { numRuns: 60 },
    );
  });
});

/** Draws the (task, subject) pairs that fail, by a table of 4 tasks × 4 users. */
function setFailing(failing: Set<string>, fails: readonly boolean[], users: number): void {
  for (let task = 1; task <= 4; task++)
    for (let no = 1; no <= users; no++) if (fails[(task - 1) * 4 + no - 1]) failing.add(`t${task} u${no}`);
}
