import { describe, expect, it } from 'vitest';
import { purgeAudit } from '../../../src/ledger/audit-log.ts';
import { LIMITS } from '../../../src/model/limits.ts';
import type { AuditEntry } from '../../../src/model/resources/audit.ts';
import { DAY_MS } from '../../../src/model/time.ts';
import { codeOf, makeWorld, workflowInput } from '../../helpers/world.ts';

const ADA = { by: 'ada' };

async function entriesOf({ engine }: ReturnType<typeof makeWorld>, workflowId?: string) {
  const { value } = await engine.audit.list(workflowId === undefined ? {} : { workflowId });
  return value.map(({ activity, initiatedBy }) => [activity, initiatedBy?.id ?? null]);
}

describe('the audit', () => {
  it('keeps who changed workflows, settings and extensions, newest first', async () => {
    const world = makeWorld();
    const { engine, clock } = world;
    const { workflows } = engine;
    const { id } = await workflows.create(workflowInput(['a']), ADA);
    await clock.advance(1_000);
    await workflows.update(id, { isEnabled: false, displayName: 'Other' }, { by: 'bob' });
    await clock.advance(1_000);
    await engine.settings.update({ workflowScheduleIntervalInHours: 5 }, ADA);
    await clock.advance(1_000);
    await workflows.delete(id, ADA);
    await clock.advance(1_000);
    await workflows.purge(id);
    expect(await entriesOf(world)).toEqual([
      ['Hard delete workflow', null],
      ['Delete workflow', 'ada'],
      ['Update tenant settings', 'ada'],
      ['Update workflow', 'bob'],
      ['Disable workflow', 'bob'],
      ['Set workflow for on-demand execution', 'ada'],
      ['Create workflow', 'ada'],
    ]);
    expect((await entriesOf(world, id.toUpperCase())).length).toBe(6);
    expect(await entriesOf(world, 'other')).toEqual([]);
  });

  it('has what the events have, whether or not there is a listener', async () => {
    const world = makeWorld();
    const events: AuditEntry[] = [];
    world.engine.on('audit.recorded', (entry) => events.push(entry));
    const { id } = await world.engine.workflows.create(workflowInput(['a', 'b']), ADA);
    await world.clock.advance(1);
    await world.engine.workflows.removeTask(
      id,
      (await world.engine.workflows.get(id)).tasks[0]?.id ?? '',
      ADA,
    );
    await world.clock.settle();
    const { value } = await world.engine.audit.list();
    expect(value.length).toBeGreaterThan(3);
    expect(value.toReversed()).toEqual(events);
  });

  it('keeps nothing of a change that was refused or changed nothing', async () => {
    const world = makeWorld();
    const input = workflowInput(['a']);
    const { id } = await world.engine.workflows.create(input);
    const before = await entriesOf(world);
    expect(await codeOf(world.engine.workflows.create(input))).toBe('Duplicate');
    await world.engine.workflows.update(id, { displayName: input.displayName });
    await world.engine.settings.update({});
    expect(await entriesOf(world)).toEqual(before);
  });

  it('is read in pages, each entry once, also of one workflow', async () => {
    const { engine, clock } = makeWorld();
    const ids: string[] = [];
    for (let no = 0; no < 12; no++) {
      ids.push((await engine.workflows.create(workflowInput(['a']))).id);
      await clock.advance(no % 3);
    }
    const all = (await engine.audit.list({ top: 999 })).value;
    expect(all).toHaveLength(24);
    for (const top of [1, 5, 12, 24, 25]) {
      const read: AuditEntry[] = [];
      for (let after: string | null | undefined; after !== null; ) {
        const page: Awaited<ReturnType<typeof engine.audit.list>> = await engine.audit.list({
          top,
          ...(after === undefined ? {} : { after }),
        });
        expect(page.value.length).toBeLessThanOrEqual(top);
        read.push(...page.value);
        after = page.nextToken;
      }
      expect(read).toEqual(all);
    }
    const workflowId = ids[3] ?? '';
    const first = await engine.audit.list({ workflowId, top: 1 });
    const second = await engine.audit.list({ workflowId, top: 1, after: first.nextToken ?? '' });
    expect([...first.value, ...second.value].map(({ activity }) => activity)).toEqual([
      'Set workflow for on-demand execution',
      'Create workflow',
    ]);
    expect(await codeOf(engine.audit.list({ after: 'x' }))).toBe('InvalidPageToken');
    expect(await codeOf(engine.audit.list({ top: 0 }))).toBe('InvalidArgument');
  });

  it('forgets what is older than its retention, and stops when it may not go on', async () => {
    const { engine, clock, store } = makeWorld();
    await engine.workflows.create(workflowInput(['a']));
    await clock.advance(DAY_MS);
    await engine.workflows.create(workflowInput(['a']));
    const nowMs = clock.now();
    await purgeAudit({ store, clock }, nowMs, () => false);
    expect((await engine.audit.list()).value).toHaveLength(4);
    // An entry of the very moment is not older.
    await purgeAudit({ store, clock }, nowMs, () => true);
    expect((await engine.audit.list()).value).toHaveLength(2);
    await purgeAudit({ store, clock }, nowMs + 1, () => true);
    expect((await engine.audit.list()).value).toEqual([]);
  });

  it('is removed at a slot when it is past the days of the setting, 400 by default', async () => {
    const days = LIMITS.auditDays;
    for (const [auditDays, kept] of [
      [undefined, 0],
      [null, 2],
    ] as const) {
      const { engine, clock } = makeWorld({ retention: auditDays === undefined ? {} : { auditDays } });
      await engine.workflows.create(workflowInput(['a']));
      await engine.start();
      await clock.advance((days + 1) * DAY_MS);
      expect((await engine.audit.list()).value).toHaveLength(kept);
      await clock.until(engine.stop());
    }
  });
});
