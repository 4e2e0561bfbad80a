/** An engine that is killed half way, or one that continues after the kill; both report to the parent. */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type TaskHandler } from '../../src/index.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { EVERYBODY, numbered, startEngine } from './load.ts';
import { CALLS, FILE } from './recovery-files.ts';

/** The folder of the file, and which of the two. */
export interface RecoveryInput extends Load {
  readonly folder: string;
  readonly resumes: boolean;
}

export const run: Run<RecoveryInput> = async (input, send) => {
  const { folder, users, tasks, resumes } = input;
  const store = await sqliteStore(join(folder, FILE));
  const calls = openSync(join(folder, CALLS), 'a');
  let isNew = false;
  let begun = 0;
  const handler: TaskHandler = ({ interruptions }) => {
    writeSync(calls, '.');
    begun += 1;
    if (!resumes && begun === Math.ceil((users * tasks) / 2)) send({ kind: 'half' });
    if (isNew || !resumes || interruptions > 0) return;
    isNew = true; // no process can have begun this user before
    send({ kind: 'firstNewTask' });
  };
  if (resumes) {
    const engine = await createEngine({ store, directory: numbered(users), tasks: { '*': handler } });
    await engine.start();
    const [unfinished] = await store.listUnfinishedRuns();
    if (unfinished) await engine.runs.waitFor(unfinished.id);
    await engine.close();
    return { perSecond: Number.NaN, figures: {} };
  }
  const { engine, workflowId } = await startEngine(store, numbered(users), tasks, handler);
  const { id } = await engine.runs.activate(workflowId, { rule: EVERYBODY });
  await engine.runs.waitFor(id);
  throw new Error('Expected the process to be killed half way, got the end of the run');
};
