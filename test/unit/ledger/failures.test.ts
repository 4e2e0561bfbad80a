import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permanent } from '../../../src/index.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { TaskHandler } from '../../../src/ports/task-handler.ts';
import { memoryStore } from '../../../src/stores/memory/memory-store.ts';
import { watchedStore } from '../../helpers/watched-store.ts';
import {
  allTasks,
  codeOf,
  expectSound,
  idsOf,
  makeWorld,
  people,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../helpers/world.ts';

interface Ran extends World {
  readonly workflowId: string;
  readonly runId: string;
}

/** A run for `users` people of a task `call` that continues on errors, and another one. */
async function ran(call: TaskHandler, users: number, more: WorldOptions = {}): Promise<Ran> {
  const world = makeWorld({ subjects: people(users), tasks: { call, other: () => {} }, ...more });
  const { engine, clock } = world;
  const tasks = [{ id: 'call', continueOnError: true }, 'other'];
  const workflow = await engine.workflows.create(workflowInput(tasks));
  await engine.start();
  const { id } = await engine.runs.activate(workflow.id, { subjects: idsOf(users) });
  await clock.until(engine.runs.waitFor(id));
  await expectSound(world.store);
  return { ...world, workflowId: workflow.id, runId: id };
}

const no = (id: string) => Number(id.slice(1));

describe('the failures of a run', () => {
  it('are groups by task, code and masked reason, largest first, with the first people', async () => {
    const { engine, clock, runId } = await ran(({ subject }) => {
      if (no(subject.id) % 4 === 0) throw permanent(`no licence for ${subject.id}`, { code: 'Http402' });
      if (no(subject.id) % 2 === 0) throw new Error(`no mail for ${subject.displayName ?? subject.id}`);
    }, 30);
    const [mail, licence, ...others] = await engine.runs.failures(runId);
    expect(others).toEqual([]);
    expect(mail).toEqual({
      key: expect.stringMatching(/^[0-9a-z]{13}$/),
      task: expect.objectContaining({ taskDefinitionId: 'call' }),
      code: 'HandlerFailed',
      reason: 'no mail for …',
      usersCount: 8,
      repairedUsersCount: 0,
      firstDateTime: clock.iso(),
      lastDateTime: clock.iso(),
      subjects: ['u2', 'u6', 'u10', 'u14', 'u18'].map((id) => ({ id })),
    });
    expect(licence).toMatchObject({ code: 'Http402', reason: 'no licence for …', usersCount: 7 });
  });

  it('are none of a run without failures', async () => {
    const { engine, runId } = await ran(() => {}, 3);
    expect(await engine.runs.failures(runId)).toEqual([]);
    expect(await codeOf(engine.runs.failures('nowhere'))).toBe('NotFound');
  });

  it('mask the display name of a person', async () => {
    const subjects = people(4, (n) => ({
      displayName: ['Ada Lovelace', 'Grace Hopper', 'Alan', 'Kay'][n - 1],
    }));
    const { engine, runId } = await ran(
      ({ subject }) => {
        throw new Error(`${subject.displayName} has left`);
      },
      4,
      { subjects },
    );
    expect(await engine.runs.failures(runId)).toMatchObject([{ reason: '… has left', usersCount: 4 }]);
  });

  it('are at most 200 groups; further kinds share one', async () => {
    const word = (n: number) =>
      n.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] as string);
    const { engine, runId } = await ran(({ subject }) => {
      throw new Error(`cause ${word(no(subject.id))}`);
    }, 250);
    const groups = await engine.runs.failures(runId);
    expect(groups).toHaveLength(LIMITS.failureGroupsMax + 1);
    expect(groups[0]).toMatchObject({ code: 'Other', reason: 'Other failures', usersCount: 50 });
  });

  it('list the people of one group in pages', async () => {
    const { engine, runId } = await ran(({ subject }) => {
      if (no(subject.id) % 3 === 0) throw new Error('no');
    }, 30);
    const [group] = await engine.runs.failures(runId);
    const key = group?.key ?? '';
    const { listOfFailureGroup: list } = engine.userProcessingResults;
    const first = await list(runId, key, { top: 4 });
    expect(first.value.map(({ subject }) => subject.id)).toEqual(['u3', 'u6', 'u9', 'u12']);
    const rest = await list(runId, key, { after: first.nextToken ?? '' });
    expect(rest.value.map(({ subject }) => subject.id)).toEqual(['u15', 'u18', 'u21', 'u24', 'u27', 'u30']);
    expect(rest.nextToken).toBeNull();
    expect(await codeOf(list(runId, 'nothing'))).toBe('NotFound');
    expect(await codeOf(list(runId, key, { top: 0 }))).toBe('InvalidArgument');
  });

  it('count who has completed since, also by a run that reprocesses a reprocessing run', async () => {
    const broken = new Set(idsOf(10));
    const { engine, clock, runId } = await ran(({ subject }) => {
      if (broken.has(subject.id)) throw new Error('no');
    }, 10);
    const repair = async (origin: string, ...ids: string[]) => {
      for (const id of ids) broken.delete(id);
      const { id } = await engine.runs.reprocess(origin);
      await clock.until(engine.runs.waitFor(id));
      return id;
    };
    const again = await repair(runId, 'u1', 'u2');
    const repaired = async (id: string) => (await engine.runs.failures(id))[0]?.repairedUsersCount;
    expect(await repaired(runId)).toBe(2);
    expect(await repaired(again)).toBe(0);
    await repair(again, 'u3', 'u4', 'u5');
    expect([await repaired(runId), await repaired(again)]).toEqual([5, 3]);
  });

  it('are reprocessed group by group, in one call', async () => {
    let isBroken = true;
    const { engine, clock, runId } = await ran(({ subject }) => {
      if (isBroken && no(subject.id) % 2 === 0) throw permanent('no licence', { code: 'Http402' });
      if (no(subject.id) % 5 === 0) throw new Error('no mail');
    }, 20);
    isBroken = false;
    const [licence, mail] = await engine.runs.failures(runId);
    const { id } = await engine.runs.reprocess(runId, { failureGroup: licence?.key ?? '' });
    const again = await clock.until(engine.runs.waitFor(id));
    expect(again).toMatchObject({ totalUsersCount: 10, totalTasksCount: 10, successfulUsersCount: 8 });
    expect((await engine.runs.reprocessedRuns(runId)).map((run) => run.id)).toEqual([id]);
    const after = await engine.runs.failures(runId);
    expect(after.map(({ reason, repairedUsersCount }) => [reason, repairedUsersCount])).toEqual([
      ['no licence', 8],
      ['no mail', 0],
    ]);
    const failureGroup = mail?.key ?? '';
    expect(await codeOf(engine.runs.reprocess(runId, { failureGroup: 'nothing' }))).toBe('NotFound');
    for (const more of [{ userScope: 'allUsers' }, { processingResults: [] }] as const)
      expect(await codeOf(engine.runs.reprocess(runId, { failureGroup, ...more }))).toBe('InvalidArgument');
    const all = await engine.runs.reprocess(runId, { failureGroup, taskScope: 'allTasks' });
    expect(all).toMatchObject({ totalUsersCount: 2, totalTasksCount: 4 });
  });

  it('are reprocessed several at once, and each person once', async () => {
    const call: TaskHandler = ({ subject }) => {
      if (no(subject.id) % 2 === 0) throw new Error('no licence');
    };
    const other: TaskHandler = ({ subject }) => {
      if (no(subject.id) % 5 === 0) throw new Error('no mail');
    };
    const { engine, runId } = await ran(call, 20, { tasks: { call, other } });
    const groups = await engine.runs.failures(runId);
    expect(groups.map(({ usersCount }) => usersCount)).toEqual([10, 4]);
    const failureGroup = groups.map(({ key }) => key);
    const again = await engine.runs.reprocess(runId, { failureGroup });
    // 10 of even number, and u5 and u15; u10 and u20 are in both.
    expect(again.totalUsersCount).toBe(12);
    for (const wrong of [[], Array.from({ length: 300 }, () => 'x'), [1 as never]])
      expect(await codeOf(engine.runs.reprocess(runId, { failureGroup: wrong }))).toBe('InvalidArgument');
    const one = { failureGroup: [...failureGroup, 'nothing'] };
    expect(await codeOf(engine.runs.reprocess(runId, one))).toBe('NotFound');
  });

  it('go with the run', async () => {
    const { engine, store, runId, workflowId } = await ran(() => Promise.reject(new Error('no')), 3);
    await engine.runs.delete(runId);
    expect(await store.listFailureGroups(runId)).toEqual([]);
    expect(await engine.workflows.failures(workflowId)).toEqual([]);
  });

  it('equal a recount of the failed task results, whatever fails and whenever the engine stops', async () => {
    const outcome = fc.constantFrom('ok', 'a', 'b', 'c');
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { minLength: 1, maxLength: 25 }),
        fc.boolean(),
        async (plan, slices) => {
          const store = watchedStore(memoryStore(slices ? { slices: { min: 2, max: 5 } } : {}));
          const { engine, runId } = await ran(
            ({ subject }) => {
              const what = plan[no(subject.id) - 1];
              if (what !== 'ok') throw new Error(`cause ${what} of ${subject.id}`);
            },
            plan.length,
            { store },
          );
          const tasks = await allTasks(engine, runId);
          const failed = tasks.filter(({ processingStatus }) => processingStatus === 'failed');
          const expected = Map.groupBy(failed, ({ failureReason }) => failureReason?.split(' of ')[0]);
          const groups = await engine.runs.failures(runId);
          expect(
            Object.fromEntries(groups.map((one) => [one.reason.split(' of ')[0], one.usersCount])),
          ).toEqual(Object.fromEntries([...expected].map(([reason, all]) => [reason, all.length])));
          await engine.close();
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('the failures of a workflow', () => {
  it('add up the groups of its runs, and leave out those that are too old', async () => {
    const { engine, clock, runId, workflowId } = await ran(() => Promise.reject(new Error('no')), 3);
    const old = clock.iso();
    await clock.advance(60_000);
    const { id } = await engine.runs.activate(workflowId, { subjects: ['u2'] });
    await clock.until(engine.runs.waitFor(id));
    const [both, ...others] = await engine.workflows.failures(workflowId);
    expect(others).toEqual([]);
    expect(both).toMatchObject({
      usersCount: 4,
      runsCount: 2,
      lastRun: { id },
      subjects: [{ id: 'u2' }],
      firstDateTime: old,
      lastDateTime: clock.iso(),
    });
    expect((await engine.runs.failures(runId))[0]?.key).toBe(both?.key);
    const since = clock.iso();
    expect(await engine.workflows.failures(workflowId, { since })).toMatchObject([
      { usersCount: 1, runsCount: 1 },
    ]);
    await clock.advance(31 * 86_400_000);
    expect(await engine.workflows.failures(workflowId)).toEqual([]);
    expect(await codeOf(engine.workflows.failures('nowhere'))).toBe('NotFound');
    expect(await codeOf(engine.workflows.failures(workflowId, { since: 'yesterday' }))).toBe(
      'InvalidArgument',
    );
  });
});
