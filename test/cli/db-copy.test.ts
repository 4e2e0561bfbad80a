import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { postgresStore } from '../../src/postgres.ts';
import { sqliteStore } from '../../src/sqlite.ts';
import { describePostgres, newSchema, serverUrl } from '../postgres/support.ts';
import { tenure } from '../unit/cli/support.ts';

const folder = await mkdtemp(join(tmpdir(), 'tenure-db-copy-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

/** An engine with a workflow and an ended run, on a new file. */
async function engineOn(name: string) {
  const engine = await createEngine({
    store: sqliteStore(file(name)),
    schedule: false,
    tasks: { '*': () => {} },
    directory: { get: async (ids) => ids.map((id) => ({ id })), async *query() {} },
  });
  await engine.start();
  const { id } = await engine.workflows.create({
    category: 'joiner',
    displayName: 'Join',
    executionConditions: 'onDemand',
    tasks: [{ taskDefinitionId: 'badge' }],
  });
  await engine.runs.waitFor((await engine.runs.activate(id, { subjects: ['ada'] })).id);
  return engine;
}

describe('tenure db copy', () => {
  it('copies a file to a new one, says what it has, and is refused a second time', async () => {
    await (await engineOn('a.db')).close();
    const first = await tenure('db', 'copy', file('a.db'), file('b.db'));
    expect([first.code, first.stdout, first.stderr]).toEqual([
      0,
      'Copied 1 workflow, 1 run, 1 user result, and what they remember; all of it was read back and is the same.\n',
      `Start engines on ${file('b.db')} from now on, and none on ${file('a.db')}.\n`,
    ]);
    const second = await tenure('db', 'copy', file('a.db'), file('b.db'));
    expect([second.code, second.stderr]).toEqual([1, expect.stringContaining('to be empty')]);
    const json = await tenure('db', 'copy', file('b.db'), file('c.db'), '--json');
    expect([JSON.parse(json.stdout), json.stderr]).toEqual([
      expect.objectContaining({ workflows: 1, runs: 1, users: 1 }),
      '',
    ]);
  });

  it('is refused for one file twice, for a file that is not there, and while an engine has the file', async () => {
    expect((await tenure('db', 'copy', 'x.db', 'x.db')).stderr).toContain('Expected two databases');
    expect((await tenure('db', 'copy', file('none.db'), file('d.db'))).stderr).toContain('got no file');
    const engine = await engineOn('busy.db');
    expect((await tenure('db', 'copy', file('busy.db'), file('d.db'))).stderr).toMatch(
      /only writer of .*busy\.db/,
    );
    await engine.close();
  });

  describePostgres('with a server', () => {
    it('is refused while an engine runs on a database in Postgres, whichever of the two it is', async () => {
      const schema = newSchema();
      const url = new URL(serverUrl());
      url.searchParams.set('schema', schema);
      const engine = await createEngine({
        store: postgresStore({ connectionString: serverUrl(), schema }),
        schedule: false,
      });
      await engine.start();
      await (await engineOn('source.db')).close();
      for (const [from, to] of [
        [file('source.db'), url.href],
        [url.href, file('e.db')],
      ] as const) {
        const { code, stderr } = await tenure('db', 'copy', from, to);
        expect([code, stderr]).toEqual([
          1,
          expect.stringMatching(/no engine to run on postgres:.*, got 1\nStop/),
        ]);
      }
      await engine.close();
      expect((await tenure('db', 'copy', file('source.db'), url.href)).code).toBe(0);
    });
  });
});
