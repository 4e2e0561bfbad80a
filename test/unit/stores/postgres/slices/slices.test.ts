import pg from 'pg';
import { expect, it } from 'vitest';
import { postgresStore } from '../../../../../src/postgres.ts';
import { SLICE_BOUNDS } from '../../../../../src/rules/status/slice.ts';
import { SlicedRun, usersOfThree } from '../../../../../src/testing/contract/slices/sliced-run.ts';
import { describePostgres, newSchema, serverUrl, sql } from '../../../../postgres/support.ts';

describePostgres('slices', () => {
  it('when one of several commits fails, the others end first; all can be repeated', async () => {
    const schema = newSchema();
    const url = new URL(serverUrl());
    url.searchParams.set('application_name', schema);
    const store = await postgresStore({ connectionString: url.href, schema });
    try {
      const { slices } = store;
      if (!slices) throw new Error('Expected a store with slices');
      const run = await SlicedRun.publish(store, slices, usersOfThree(SLICE_BOUNDS));
      const [first, second] = await run.claimAll();
      if (!first || !second) throw new Error('Expected slices');
      const last = second.lastOrdinal;
      const begun = [await run.write(first, [1, 'start']), await run.write(second, [last, 'start'])] as const;
      const commits = [
        run.commitOf(begun[0], [[1, 'complete']]),
        run.commitOf(begun[1], [
          [last, 'complete'],
          [last, 'complete'],
        ]),
      ];
      await sql(`CREATE FUNCTION "${schema}".fail() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
        CREATE FUNCTION "${schema}".lock() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_advisory_xact_lock(hashtext('${schema}')); RETURN NEW; END $$;
        CREATE TRIGGER fails BEFORE UPDATE ON "${schema}".slices FOR EACH ROW WHEN (NEW.no = 1)
          EXECUTE FUNCTION "${schema}".fail();
        CREATE TRIGGER waits BEFORE UPDATE ON "${schema}".slices FOR EACH ROW WHEN (NEW.no = 2)
          EXECUTE FUNCTION "${schema}".lock()`);

      let hasEnded = false;
      let attempt: Promise<unknown> = Promise.resolve();
      await holding(schema, async () => {
        attempt = run.commit(commits).finally(() => {
          hasEnded = true;
        });
        attempt.catch(() => {});
        while ((await activityOf(schema)) !== 'Lock');
        expect(hasEnded).toBe(false);
      });
      await expect(attempt).rejects.toMatchObject({ code: 'StoreFull' });

      await sql(`DROP TRIGGER fails ON "${schema}".slices; DROP TRIGGER waits ON "${schema}".slices`);
      const answers = await run.commit(commits);
      expect(answers.map(({ kind }) => kind)).toEqual(['written', 'written']);
      expect(await store.getUser(run.run.id, last)).toMatchObject({ processingStatus: 'completed' });
      expect((await store.getUser(run.run.id, 1))?.outcomes).toHaveLength(1);
    } finally {
      await store.close();
    }
  });
});

/** Runs `work` while this connection holds the lock that commits of the second slice wait for. */
async function holding(schema: string, work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl() });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', [schema]);
    await work();
  } finally {
    await client.end();
  }
}

/** What the one busy connection of the store waits for; `null`: not one is busy, or several are. */
async function activityOf(schema: string): Promise<string | null> {
  const busy = await sql<{ wait: string | null }>(
    `SELECT wait_event_type AS wait FROM pg_stat_activity WHERE application_name = '${schema}' AND state = 'active'`,
  );
  return busy.length === 1 ? (busy[0]?.wait ?? null) : null;
}
