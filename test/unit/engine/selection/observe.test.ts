/** Triggers that know what was before: who is due, once, through restarts, with and without a directory's help. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  changedSubjects,
  expectedChanges,
  observedChange,
} from '../../../../src/engine/selection/observe.ts';
import { qualificationOf } from '../../../../src/engine/selection/qualify.ts';
import type { WorkflowInput } from '../../../../src/ledger/input/workflow.ts';
import type { Subject } from '../../../../src/model/subject.ts';
import { DAY_MS, HOUR_MS } from '../../../../src/model/time.ts';
import type { Directory } from '../../../../src/ports/directory.ts';
import { nextSlot } from '../../../../src/rules/schedule/slots.ts';
import { sqliteStore } from '../../../../src/sqlite.ts';
import {
  expectSound,
  makeWorld,
  type World,
  type WorldOptions,
  workflowInput,
} from '../../../helpers/world.ts';
import { newFile } from '../../stores/sqlite/support.ts';

/** People who can be changed; `told` gives it a feed of changes. */
class People implements Directory {
  readonly byId = new Map<string, Subject>();
  readonly changed: string[] = [];
  queries = 0;
  readonly changes?: NonNullable<Directory['changes']>;

  constructor(subjects: readonly Subject[], told = false) {
    for (const subject of subjects) this.byId.set(subject.id, subject);
    if (!told) return;
    this.changes = async (token) => ({
      subjectIds: token === null ? null : this.changed.slice(Number(token)),
      token: String(this.changed.length),
    });
  }

  set(id: string, attributes: object): void {
    this.byId.set(id, { ...this.byId.get(id), id, ...attributes });
    this.changed.push(id);
  }

  async get(ids: readonly string[]) {
    return ids.flatMap((id) => this.byId.get(id) ?? []);
  }

  async *query() {
    this.queries += 1;
    yield* this.byId.values();
  }
}

const onChange = (more: Partial<WorkflowInput> = {}) =>
  workflowInput(['t'], {
    category: 'mover',
    isSchedulingEnabled: true,
    executionConditions: {
      scope: { rule: "city eq 'Rome'" },
      trigger: { triggerAttributes: [{ name: 'department' }, { name: 'jobTitle' }] },
    },
    ...more,
  });
const onMembership = (changeType: 'add' | 'remove') =>
  onChange({
    executionConditions: { scope: { groups: [{ id: 'G1' }, { id: 'g2' }] }, trigger: { changeType } },
  });

/** A world that keeps whom the task ran for, slot by slot. */
function changeWorld(directory: Directory, options: WorldOptions = {}) {
  const calls: string[] = [];
  const world = makeWorld({
    directory,
    tasks: { '*': ({ subject }) => void calls.push(subject.id) },
    ...options,
  });
  const slot = async (): Promise<string[]> => {
    calls.length = 0;
    await world.clock.advance(3 * HOUR_MS);
    return calls.toSorted();
  };
  return { ...world, slot };
}

async function started(world: World, input: WorkflowInput) {
  await world.engine.start();
  const workflow = await world.engine.workflows.create(input);
  await world.clock.advance(1);
  return workflow;
}

const rome = (...ids: string[]) => ids.map((id) => ({ id, city: 'Rome', department: 'A' }));

describe.each([false, true])('an attribute change (directory reports changes: %s)', (reports) => {
  it('makes each subject in scope due once that changed since observation began', async () => {
    const people = new People(
      [...rome('u1', 'u2', 'u3'), { id: 'p1', city: 'Paris', department: 'A' }],
      reports,
    );
    const world = changeWorld(people);
    await started(world, onChange());
    expect(await world.slot()).toEqual([]);
    people.set('u1', { department: 'B' });
    people.set('u2', { mail: 'x' });
    people.set('p1', { department: 'B' });
    expect(await world.slot()).toEqual(['u1']);
    expect(await world.slot()).toEqual([]);
    people.set('u1', { department: 'A' });
    people.set('u2', { jobTitle: 'new' });
    people.set('u4', { city: 'Rome', department: 'new here' });
    expect(await world.slot()).toEqual(['u1', 'u2']);
    people.set('u4', { department: 'moved' });
    expect(await world.slot()).toEqual(['u4']);
    await expectSound(world.store);
    await world.engine.stop();
    if (reports) expect(people.queries).toBe(1);
  });

  it('before observation begins, or while scheduling is off, makes no subject due', async () => {
    const people = new People(rome('u1', 'u2'), reports);
    const world = changeWorld(people);
    const workflow = await started(world, onChange());
    await world.engine.workflows.update(workflow.id, { isSchedulingEnabled: false });
    people.set('u1', { department: 'B' });
    await world.slot();
    await world.engine.workflows.update(workflow.id, { isSchedulingEnabled: true });
    await world.clock.advance(1);
    people.set('u2', { department: 'B' });
    expect(await world.slot()).toEqual(['u2']);
    await world.engine.stop();
  });

  it('survives the end of the engine between change and slot; another trigger observes anew', async () => {
    const people = new People(rome('u1', 'u2'), reports);
    const file = newFile();
    const first = changeWorld(people, { store: await sqliteStore(file) });
    const workflow = await started(first, onChange());
    await first.engine.close();
    people.set('u1', { department: 'B' });
    const second = changeWorld(people, { store: await sqliteStore(file), clock: first.clock });
    await second.engine.start();
    expect(await second.slot()).toEqual(['u1']);
    await second.engine.workflows.createNewVersion(workflow.id, {
      tasks: [{ taskDefinitionId: 't' }],
      executionConditions: {
        scope: { rule: "city eq 'Rome'" },
        trigger: { triggerAttributes: [{ name: 'mail' }] },
      },
    });
    people.set('u2', { department: 'B' });
    expect(await second.slot()).toEqual([]);
    people.set('u2', { mail: 'x' });
    expect(await second.slot()).toEqual(['u2']);
    await second.engine.close();
  });
});

describe('an observed change', () => {
  it('that is reverted before its user starts still counts; one out of scope does not', async () => {
    const people = new People(rome('u1', 'u2'));
    const world = changeWorld(people);
    await started(world, onChange());
    people.set('u1', { department: 'B' });
    people.set('u2', { department: 'B', city: 'Paris' });
    expect(await world.slot()).toEqual(['u1']);
    people.set('u2', { city: 'Rome' });
    expect(await world.slot()).toEqual(['u2']);
    await world.engine.stop();
  });

  it('is out of date after the catch-up window', async () => {
    const people = new People(rome('u1'));
    const world = changeWorld(people, { catchUpDays: 1 });
    await started(world, onChange());
    people.set('u1', { department: 'B', city: 'Paris' });
    for (let slot = 0; slot < 9; slot++) await world.slot();
    people.set('u1', { city: 'Rome' });
    expect(await world.slot()).toEqual([]);
    const left = await world.store.inner.listNotes({
      collection: 'changes',
      prefix: '',
      after: null,
      limit: 9,
    });
    expect(left).toEqual([]);
    await world.engine.stop();
  });

  it('that a failing evaluation has noted is not lost', async () => {
    const people = new People(rome('u1'));
    const world = changeWorld(people);
    await started(world, onChange());
    people.set('u1', { department: 'B' });
    const get = people.get.bind(people);
    people.get = () => Promise.reject(new Error('down'));
    expect(await world.slot()).toEqual([]);
    people.get = get;
    await world.clock.advance(60_000);
    await world.clock.advance(1);
    const workflow = (await world.engine.workflows.list())[0];
    const runs = await world.engine.runs.list(workflow?.id ?? '');
    expect(runs.value.map((run) => run.totalUsersCount)).toEqual([1]);
    await world.engine.stop();
  });

  it('leaves nothing behind when its workflow is purged', async () => {
    const people = new People(rome('u1'));
    const world = changeWorld(people);
    const { id } = await started(world, onChange());
    people.set('u1', { department: 'B' });
    await world.slot();
    await world.engine.workflows.delete(id);
    await world.engine.workflows.purge(id);
    for (const collection of ['baselines', 'seen', 'changes'])
      expect(await world.store.inner.listNotes({ collection, prefix: '', after: null, limit: 9 })).toEqual(
        [],
      );
    await world.engine.stop();
  });
});

describe('a membership change', () => {
  it('is joining one of the groups, also as a new subject', async () => {
    const people = new People([{ id: 'in', memberOf: ['g1'] }, { id: 'u1' }, { id: 'u2', memberOf: 'g9' }]);
    const world = changeWorld(people);
    await started(world, onMembership('add'));
    expect(await world.slot()).toEqual([]);
    people.set('u1', { memberOf: [{ id: 'G2' }] });
    people.set('u2', { memberOf: 'g9;g8' });
    people.set('new', { memberOf: ['g1'] });
    people.set('in', { memberOf: ['g1', 'g2'] });
    expect(await world.slot()).toEqual(['new', 'u1']);
    people.set('u1', { memberOf: [] });
    expect(await world.slot()).toEqual([]);
    people.set('u1', { memberOf: ['g2'] });
    expect(await world.slot()).toEqual(['u1']);
    await world.engine.stop();
  });

  it('is leaving all of them', async () => {
    const people = new People([{ id: 'in', memberOf: ['g1', 'g2'] }, { id: 'out' }]);
    const world = changeWorld(people);
    await started(world, onMembership('remove'));
    people.set('in', { memberOf: ['g1'] });
    people.set('new', {});
    expect(await world.slot()).toEqual([]);
    people.set('in', { memberOf: [] });
    expect(await world.slot()).toEqual(['in']);
    await world.engine.stop();
  });
});

describe('an inactive user', () => {
  it('is processed once, and once more only after a sign-in and a new inactivity', async () => {
    const clockStart = changeWorld(new People([])).clock.now();
    const signedIn = (atMs: number) => ({
      signInActivity: { lastSignInDateTime: new Date(atMs).toISOString() },
    });
    const people = new People([{ id: 'u1', ...signedIn(clockStart - 400 * 24 * HOUR_MS) }]);
    const world = changeWorld(people);
    const rule = 'accountEnabled ne false';
    await started(
      world,
      onChange({ executionConditions: { scope: { rule }, trigger: { inactivityPeriodInDays: 2 } } }),
    );
    expect(await world.slot()).toEqual(['u1']);
    for (let slot = 0; slot < 80; slot++) expect(await world.slot()).toEqual([]);
    people.set('u1', signedIn(world.clock.now()));
    for (let slot = 0; slot < 15; slot++) expect(await world.slot()).toEqual([]);
    expect([...(await world.slot()), ...(await world.slot())]).toEqual(['u1']);
    await world.engine.stop();
  });
});

describe('any history of changes', () => {
  it('makes exactly the subjects due that differ between two snapshots', async () => {
    const edit = fc.record({ id: fc.constantFrom('u1', 'u2', 'u3'), department: fc.constantFrom('A', 'B') });
    const history = fc.array(fc.array(edit, { maxLength: 3 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(history, fc.boolean(), async (slots, told) => {
        const people = new People(rome('u1', 'u2', 'u3'), told);
        const world = changeWorld(people);
        await started(world, onChange());
        for (const edits of slots) {
          const before = new Map([...people.byId].map(([id, subject]) => [id, subject.department]));
          for (const { id, department } of edits) people.set(id, { department });
          const expected = [...people.byId.values()]
            .filter(({ id, department }) => before.get(id) !== department)
            .map(({ id }) => id);
          expect(await world.slot()).toEqual(expected.toSorted());
        }
        await world.engine.stop();
      }),
      { numRuns: 40 },
    );
  });
});

describe('a forecast of changes', () => {
  it.each([false, true])(
    'is what the next slot then notes, and writes nothing (directory says what changed: %s)',
    async (told) => {
      const directory = new People(
        ['u1', 'u2', 'u3'].map((id) => ({ id, city: 'Rome', department: 'A' })),
        told,
      );
      const { clock, store, engine } = changeWorld(directory);
      const workflow = await engine.workflows.create(onChange());
      const observation = qualificationOf(workflow, 3 * DAY_MS)?.observation;
      if (!observation) throw new Error('no observation');
      const input = { context: { store, clock }, directory, workflowId: workflow.id, observation };
      const forecast = async (atMs: number) => {
        const found: (readonly [string, number])[] = [];
        for await (const batch of expectedChanges(input, atMs))
          for (const { subject, changedAtMs } of batch) found.push([subject.id, changedAtMs]);
        return found.toSorted();
      };
      expect(await forecast(0)).toEqual([]);
      expect(await observedChange(input, { id: 'u1' }, 0)).toEqual({ isObserved: false, changedAtMs: null });
      await clock.until(engine.start());
      const first = nextSlot(clock.now(), 3 * HOUR_MS);
      directory.set('u1', { department: 'B' });
      await clock.advance(3 * HOUR_MS);
      directory.set('u2', { jobTitle: 'B' });
      const second = nextSlot(clock.now(), 3 * HOUR_MS);
      const expected = [
        ['u1', first],
        ['u2', second],
      ];
      expect(await forecast(second)).toEqual(expected);
      expect(await forecast(second)).toEqual(expected);
      const one = async (id: string) =>
        (await observedChange(input, (await directory.get([id]))[0] ?? { id }, second)).changedAtMs;
      expect([await one('u1'), await one('u2'), await one('u3')]).toEqual([first, second, null]);
      await clock.advance(3 * HOUR_MS);
      const noted: (readonly [string, number])[] = [];
      for await (const batch of changedSubjects(input))
        for (const { subject, changedAtMs } of batch) noted.push([subject.id, changedAtMs]);
      expect(noted.toSorted()).toEqual(expected);
      await clock.until(engine.close());
    },
  );
});
