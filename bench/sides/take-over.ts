/** Two processes on one run, of which one is killed: when the other one has committed on each slice of the first. */
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { postgresStore } from '../../src/postgres.ts';
import type { Run } from '../child.ts';
import type { Load } from '../measure.ts';
import { EVERYBODY, handlerOf, makeEngine, numbered } from './load.ts';
import { makeTables, startWorker } from './postgres-workers.ts';

const SCHEMA = 'tenure_bench';
const LOOK_MS = 10;
/** No process takes over: longer than anything should take, ms. */
const NEVER_MS = 120_000;

/** A slice that a process holds. */
interface Held {
  readonly no: number;
  readonly claim: number;
  readonly seq: number;
  readonly holder: string;
}

export const run: Run<Load & { readonly url: string }> = async ({ url, ...load }) => {
  await makeTables(url, SCHEMA);
  const store = await postgresStore({ connectionString: url, schema: SCHEMA });
  const { engine, workflowId } = await makeEngine(store, numbered(load.users), load.tasks, handlerOf(load));
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const held = async (): Promise<readonly Held[]> => {
    const sql = `SELECT no, claim::int, seq::int, holder FROM ${SCHEMA}.slices WHERE in_hand AND seq > 0`;
    return (await client.query<Held>(sql)).rows;
  };
  const victim = await startWorker({ ...load, url, schema: SCHEMA });
  await engine.runs.activate(workflowId, { rule: EVERYBODY });
  await until(async () => (await held()).some(({ seq }) => seq > 1));
  const name = (await held())[0]?.holder ?? '';
  const heir = await startWorker({ ...load, url, schema: SCHEMA });
  await until(async () => (await held()).some(({ holder }) => holder !== name));
  const killedAtMs = performance.now();
  victim.kill('SIGKILL');
  await wait(2 * LOOK_MS); // its last commit may be under way
  const open = `SELECT no, claim::int, seq::int, holder FROM ${SCHEMA}.slices WHERE holder = $1 AND state <> 'ended'`;
  const left = (await client.query<Held>(open, [name])).rows;
  const after: number[] = [];
  await until(async () => {
    const now = new Map((await held()).map((slice) => [slice.no, slice]));
    const isTaken = ({ no, claim, seq }: Held) => {
      const slice = now.get(no);
      return slice !== undefined && slice.claim > claim && slice.seq > seq;
    };
    const count = left.filter(isTaken).length;
    while (after.length < count) after.push(performance.now() - killedAtMs);
    return after.length === left.length;
  });
  heir.kill('SIGKILL');
  await client.end();
  await engine.close();
  const [firstMs = Number.NaN, lastMs = firstMs] = [after[0], after.at(-1)];
  return { perSecond: 1_000 / firstMs, figures: { firstMs, lastMs, slices: left.length } };
};

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const beganMs = performance.now();
  while (!(await isSo())) {
    if (performance.now() - beganMs > NEVER_MS) throw new Error('Expected a process to take over, got none');
    await wait(LOOK_MS);
  }
}
