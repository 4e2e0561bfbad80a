/** Reads of runs that are at work, each compared with a `select` by key of as many rows of `runs`. */
import pg from 'pg';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import { compare, type Side } from '../measure.ts';
import { median, quantile } from '../statistics.ts';
import { makeEngine, numbered } from './load.ts';
import { makeTables } from './postgres-workers.ts';
import type { Asked } from './query.ts';

const SCHEMA = 'tenure_bench';
/** Repetitions per round. */
const TIMES = 200;
/** Users of a run of which each slice has 1,000. */
const USERS = 1_000_000;
const SLICES = 1_000;
const PAGE = 100;
/** Slices at work in each run of the page. */
const ACTIVE = 16;

export const run: Run<{ readonly url: string; readonly rounds: number }> = async ({ url, rounds }, send) => {
  await makeTables(url, SCHEMA);
  const store = await postgresStore({ connectionString: url, schema: SCHEMA });
  const { engine, workflowId } = await makeEngine(store, numbered(1), 5, () => {});
  const other = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Large',
    executionConditions: 'onDemand',
    tasks: [{ taskDefinitionId: 'task-1' }],
  });
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { id } = await engine.runs.activate(workflowId, { subjects: ['user-0'] });
  const pattern = await store.getRun(id);
  if (pattern === null || store.slices === undefined) throw new Error('Expected a run in slices, got none');
  await engine.runs.delete(id);
  const ids = Array.from(
    { length: PAGE + 1 },
    (_, index) => id.slice(0, -4) + index.toString(16).padStart(4, '0'),
  );
  for (const [index, runId] of ids.entries()) {
    const users = index === 0 ? USERS : USERS / 100;
    const counts = { knownUsersCount: users, totalUsersCount: users, totalTasksCount: 5 * users };
    const moments = { startedAtMs: pattern.scheduledAtMs, totalUnprocessedTasksCount: 5 * users };
    const made = { ...pattern, ...counts, ...moments, id: runId, processingStatus: 'inProgress' as const };
    const ofRun = index === 0 ? { ...made, workflowId: other.id } : made;
    await store.transaction(async (tx) => {
      await tx.insertRun(ofRun);
      await store.slices?.insert(tx, ofRun);
    });
  }
  await client.query(
    `UPDATE ${SCHEMA}.slices SET state = 'active', seq = 1, successful_users = 1, unprocessed_tasks = -5 FROM ${SCHEMA}.runs
       WHERE run_no = runs.no AND slices.no <= CASE WHEN id = '${ids[0]}' THEN ${SLICES} ELSE ${ACTIVE} END`,
  );
  await client.query(`VACUUM ANALYZE ${SCHEMA}.slices, ${SCHEMA}.runs`);
  const byKeys = (keys: readonly string[]) => async () => {
    const text = `SELECT * FROM ${SCHEMA}.runs WHERE id = ANY($1)`;
    return (await client.query({ name: 'by-keys', text, values: [keys], rowMode: 'array' })).rows.length;
  };
  const questions = [
    {
      question: `a run of ${SLICES.toLocaleString('en-US')} active slices`,
      ours: async () => Math.sign((await engine.runs.get(ids[0] ?? '')).successfulUsersCount),
      bare: byKeys(ids.slice(0, 1)),
    },
    {
      question: `a page of ${PAGE} running runs with ${ACTIVE} active slices each`,
      ours: async () => (await engine.runs.list(workflowId, { top: PAGE })).value.length,
      bare: byKeys(ids.slice(1)),
    },
  ];
  for (const { question, ours, bare } of questions) {
    const [found, rows] = [await ours(), await bare()];
    if (found !== rows) throw new Error(`Expected ${rows} rows for ${question}, got ${found}`);
    const bareSide = sideOf('a select of the rows of the runs by their keys, by pg', bare);
    const comparison = await compare(sideOf('tenure', ours), [bareSide], rounds);
    send({ kind: 'asked', question, comparison } satisfies Asked & { kind: string });
  }
  await client.end();
  await engine.close();
  return { perSecond: Number.NaN, figures: {} };
};

function sideOf(name: string, ask: () => Promise<number>): Side {
  return {
    name,
    go: async () => {
      const took: number[] = [];
      for (let time = 0; time < TIMES; time++) {
        const startMs = performance.now();
        await ask();
        took.push(performance.now() - startMs);
      }
      return { perSecond: 1_000 / median(took), figures: { ms: median(took), p95Ms: quantile(took, 0.95) } };
    },
  };
}
