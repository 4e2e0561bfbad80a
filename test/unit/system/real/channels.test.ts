import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, createLedger } from '../../../../src/embed.ts';
import { systemChannels } from '../../../../src/system/real/channels.ts';
import { makeWorld, workflowInput } from '../../../helpers/world.ts';

const heard: unknown[] = [];
const note = (message: unknown) => void heard.push(message);
const NAMES = ['tenure:run.created', 'tenure:user.finished', 'tenure:engine.error', 'tenure:audit.recorded'];
afterEach(() => {
  for (const name of NAMES) unsubscribe(name, note);
  heard.length = 0;
});

describe('channels of node:diagnostics_channel', () => {
  it('have a subscriber only while there is one', () => {
    expect(systemChannels.has('run.created')).toBe(false);
    subscribe('tenure:run.created', note);
    expect(systemChannels.has('run.created')).toBe(true);
    unsubscribe('tenure:run.created', note);
    expect(systemChannels.has('run.created')).toBe(false);
  });

  it('get the events of engines and ledgers', async () => {
    subscribe('tenure:user.finished', note);
    await using engine = await createEngine({ tasks: { a: () => {} }, directory: everyone });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await engine.start();
    const { id } = await engine.runs.activate(workflow.id, { subjects: ['u1'] });
    await engine.runs.waitFor(id);
    expect(heard).toMatchObject([{ runId: id, subjectId: 'u1', result: { processingStatus: 'completed' } }]);

    subscribe('tenure:audit.recorded', note);
    const ledger = await createLedger();
    await ledger.workflows.create(workflowInput(['a']));
    expect(heard.at(-1)).toMatchObject({ category: 'WorkflowManagement' });
    await ledger.close();
  });

  it('get nothing of an engine on other ports, such as one that is simulated', async () => {
    subscribe('tenure:run.created', note);
    const { engine } = makeWorld();
    const { id } = await engine.workflows.create(workflowInput(['work']));
    await engine.runs.activate(id, { subjects: ['u1'] });
    expect(heard).toEqual([]);
  });

  it('do not keep an error from the logger', async () => {
    subscribe('tenure:engine.error', note);
    const errors: string[] = [];
    const log = () => {};
    await using engine = await createEngine({
      logger: { debug: log, info: log, warn: log, error: (message) => void errors.push(message) },
      tasks: { a: () => {} },
      directory: everyone,
      aroundTask: () => {
        throw new Error('broken');
      },
    });
    const workflow = await engine.workflows.create(workflowInput(['a']));
    await engine.start();
    await engine.runs.waitFor((await engine.runs.activate(workflow.id, { subjects: ['u1'] })).id);
    expect(heard.length).toBeGreaterThan(0);
    expect(errors).toHaveLength(heard.length);
  });
});

const everyone = {
  get: async (ids: readonly string[]) => ids.map((id) => ({ id })),
  async *query() {},
};
