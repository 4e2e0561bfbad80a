import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { arrayDirectory } from '../../../../../src/directory/array-directory.ts';
import { createEngine } from '../../../../../src/embed.ts';
import { sqliteStore } from '../../../../../src/sqlite.ts';
import { Connection } from '../../../../../src/stores/sqlite/file/connection.ts';
import {
  MIGRATIONS,
  type Migration,
  migrate,
  SCHEMA_VERSION,
  versionOf,
} from '../../../../../src/stores/sqlite/file/migrations.ts';
import { APPLICATION_ID } from '../../../../../src/stores/sqlite/file/schema.ts';
import { checkDatabase } from '../../../../../src/testing/oracles/check-database.ts';
import { allUsers, makeRun, makeUser, newFile, opened, RUN, refusal, step } from '../support.ts';

const frozen = readFileSync(new URL('../schema-1.sql', import.meta.url), 'utf8');

const UNKNOWN = { createdBy: null, lastModifiedBy: null };

function schemaOf(file: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  const rows = database.prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name').all();
  database.close();
  return rows.map((row) => ({ ...row }));
}

/** A file as version 1 of the schema left it, written only by the frozen statements. */
function fileOfVersion1(): string {
  const file = newFile();
  const database = new DatabaseSync(file);
  database.exec(frozen);
  database.close();
  return file;
}

it('schema 1 has not changed since it was frozen', () => {
  const file = newFile();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  migrate(connection, MIGRATIONS.slice(0, 1));
  connection.close();
  expect(schemaOf(file)).toEqual(schemaOf(fileOfVersion1()));
});

it('a migrated file of version 1 has the schema of a new file', async () => {
  const [old, fresh] = [fileOfVersion1(), newFile()];
  for (const file of [old, fresh]) await (await sqliteStore(file)).close();
  expect(schemaOf(old)).toEqual(schemaOf(fresh));
});

it('a file of version 1 opens, with its run, its users and the journal of a crash', async () => {
  const file = fileOfVersion1();
  const database = new DatabaseSync(file);
  expect(database.prepare('PRAGMA application_id').get()).toEqual({ application_id: APPLICATION_ID });
  database.close();
  const store = await opened(sqliteStore(file));
  const failed = {
    status: 'failed',
    startedAtMs: 1_760_000_000_010,
    completedAtMs: 1_760_000_000_013,
    failureReason: 'no',
  };
  expect(await store.getRun(RUN)).toEqual(
    makeRun({ processingStatus: 'inProgress', inHand: true, workflowDisplayName: '' }), // its workflow is not in the file
  );
  expect(await allUsers(store)).toEqual([
    step(step(makeUser(1))),
    {
      ...step(makeUser(2)),
      failedTasksCount: 1,
      totalUnprocessedTasksCount: 0,
      outcomes: [...(step(makeUser(2)).outcomes ?? []), failed],
    },
    makeUser(3),
  ]);
  expect(await store.getSetting('job')).toBe('{}');
});

it('admissions by a draft of version 1 are recorded as its own', async () => {
  const file = fileOfVersion1();
  const { workflowId } = makeRun({});
  const { subjectId } = makeUser(1);
  const database = new DatabaseSync(file);
  database.exec('UPDATE runs SET published = 0');
  const admit = database.prepare('INSERT INTO admissions VALUES (?, ?, 5)');
  admit.run(workflowId, subjectId);
  admit.run(workflowId, 'another subject');
  database.close();
  const store = await opened(sqliteStore(file));
  expect(await store.getAdmissions(workflowId, [subjectId, 'another subject'])).toEqual([
    { workflowId, subjectId, dueAtMs: 5, runId: RUN },
    { workflowId, subjectId: 'another subject', dueAtMs: 5, runId: '' },
  ]);
});

it('workflows of an older version get settings, and are not in quarantine', async () => {
  const file = newFile();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  migrate(connection, MIGRATIONS.slice(0, 2));
  const body = JSON.stringify({ id: 'w', version: 1, displayName: 'Grüße "you"' });
  connection.run('INSERT INTO workflows (id, last_slot_at_ms, body) VALUES (?, NULL, ?)', 'w', body);
  connection.run('INSERT INTO workflow_versions (workflow_id, version, body) VALUES (?, 1, ?)', 'w', body);
  connection.close();
  const store = await opened(sqliteStore(file));
  const workflow = {
    ...JSON.parse(body),
    settings: { quarantineConfiguration: null },
    quarantineDetails: {
      quarantineType: 'notQuarantined',
      quarantineReason: null,
      quarantinedDateTime: null,
    },
    ...UNKNOWN,
    administrationScopeTargets: [],
  };
  expect(await store.getWorkflow('w')).toEqual({ workflow, lastSlotAtMs: null });
  expect(await store.getWorkflowVersion('w', 1)).toEqual(workflow);
});

it('the creator of records of an older version is unknown', async () => {
  const file = newFile();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  migrate(connection, MIGRATIONS.slice(0, 3));
  const body = JSON.stringify({ id: 'w', version: 1, settings: { quarantineConfiguration: null } });
  connection.run('INSERT INTO workflows (id, last_slot_at_ms, body) VALUES (?, 5, ?)', 'w', body);
  connection.run('INSERT INTO workflow_versions (workflow_id, version, body) VALUES (?, 1, ?)', 'w', body);
  const note = 'INSERT INTO notes (collection, key, body) VALUES (?, ?, ?)';
  connection.run(note, 'extensions', 'x', '{"id":"x","displayName":"Grüße"}');
  connection.run(note, 'previews', 'w/', 'no JSON');
  connection.close();
  const store = await opened(sqliteStore(file));
  const workflow = { ...JSON.parse(body), ...UNKNOWN, administrationScopeTargets: [] };
  expect(await store.getWorkflow('w')).toEqual({ workflow, lastSlotAtMs: 5 });
  expect(await store.getWorkflowVersion('w', 1)).toEqual(workflow);
  const [extension] = await store.getNotes('extensions', ['x']);
  expect(JSON.parse(extension?.body ?? '')).toEqual({ id: 'x', displayName: 'Grüße', ...UNKNOWN });
  expect(await store.getNotes('previews', ['w/'])).toEqual([
    { collection: 'previews', key: 'w/', body: 'no JSON' },
  ]);
});

it('runs of an older version are named after the version of their workflow', async () => {
  const file = fileOfVersion1();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  const { workflowId } = makeRun({});
  for (const [version, displayName] of [
    ['1', 'Grüße "you"'],
    ['2', 'Renamed'],
  ]) {
    const sql = 'INSERT INTO workflow_versions (workflow_id, version, body) VALUES (?, ?, ?)';
    connection.run(sql, workflowId, Number(version), JSON.stringify({ displayName }));
  }
  connection.close();
  const store = await opened(sqliteStore(file));
  expect(await store.getRun(RUN)).toMatchObject({ workflowDisplayName: 'Grüße "you"', createdBy: null });
});

it('a final run of an older version ends no earlier than its users', async () => {
  const file = fileOfVersion1();
  const database = new DatabaseSync(file);
  const { length } = database.prepare('SELECT no FROM users').all();
  database.exec(`UPDATE users SET processing_status = 'canceled', completed_at_ms = 9000 + no`);
  database.exec(
    `UPDATE runs SET processing_status = 'canceled', completed_at_ms = 9000, last_updated_at_ms = 9001`,
  );
  database.exec('DELETE FROM journal');
  database.close();
  const store = await opened(sqliteStore(file));
  expect(await store.getRun(RUN)).toMatchObject({
    completedAtMs: 9_000 + length,
    lastUpdatedAtMs: 9_000 + length,
    lastUserEndAtMs: 9_000 + length,
  });
});

describe('a step', () => {
  const next: Migration = (connection) => connection.exec('ALTER TABLE settings ADD COLUMN note TEXT');
  const open = (file: string) => new Connection(file, { readOnly: false, busyTimeoutMs: 0 });

  it('is taken once, from the version before it', () => {
    const connection = open(fileOfVersion1());
    for (let times = 0; times < 2; times++) {
      migrate(connection, [...MIGRATIONS, next]);
      expect(versionOf(connection)).toBe(SCHEMA_VERSION + 1);
    }
    connection.run("INSERT INTO settings (name, value, note) VALUES ('a', 'b', 'c')");
    connection.close();
  });

  it('that fails leaves the file at the version before it', () => {
    const connection = open(fileOfVersion1());
    const failing: Migration = (one) => {
      next(one);
      throw new Error('no');
    };
    expect(() => migrate(connection, [...MIGRATIONS, failing])).toThrow('no');
    expect(versionOf(connection)).toBe(SCHEMA_VERSION);
    migrate(connection, [...MIGRATIONS, next]);
    connection.close();
  });

  it('is not known to an older version of tenure', async () => {
    const file = fileOfVersion1();
    const connection = open(file);
    migrate(connection, [...MIGRATIONS, next]);
    connection.close();
    await refusal('StoreTooNew', () => sqliteStore(file));
  });
});

it('failures of a file without groups are in none, and the next one makes a group', async () => {
  const file = fileOfVersion1();
  const store = await opened(sqliteStore(file));
  expect(await store.listFailureGroups(RUN)).toEqual([]);
  const failure = { key: 'k', taskId: 't', code: 'HandlerFailed', reason: 'no', ordinal: 2, atMs: 5 };
  await store.transaction((tx) => tx.addFailures({ runId: RUN, slice: 1 }, [failure]));
  const { ordinal: _, atMs, ...kind } = failure;
  const { subjectId } = makeUser(2);
  const moments = { firstAtMs: atMs, lastAtMs: atMs };
  expect(await store.listFailureGroups(RUN)).toEqual([
    { ...kind, runId: RUN, usersCount: 1, ...moments, subjectIds: [subjectId] },
  ]);
});

it('a database of version 0.1 keeps what has ended, and its interrupted run goes on', async () => {
  const file = newFile();
  const connection = new Connection(file, { readOnly: false, busyTimeoutMs: 0 });
  migrate(connection, MIGRATIONS.slice(0, 5));
  connection.exec(readFileSync(new URL('../version-0.1.sql', import.meta.url), 'utf8'));
  connection.close();
  const store = await opened(sqliteStore(file));
  const done: string[] = [];
  const engine = await createEngine({
    store,
    directory: arrayDirectory(['ada', 'bob', 'cem', 'dee'].map((id) => ({ id }))),
    tasks: { '*': ({ subject, task }) => void done.push(`${subject.id}: ${task.displayName}`) },
  });
  await engine.start();
  const runs = await engine.runs.list({ orderBy: 'scheduledDateTime' });
  const [ended, interrupted] = await Promise.all(runs.value.map(({ id }) => engine.runs.waitFor(id)));
  expect(ended).toMatchObject({
    processingStatus: 'completedWithErrors',
    successfulUsersCount: 3,
    createdBy: null,
  });
  expect(interrupted).toMatchObject({ processingStatus: 'completedWithErrors', successfulUsersCount: 3 });
  expect(done.sort()).toEqual([
    'cem: Send welcome email',
    'dee: Enable user account',
    'dee: Send welcome email',
  ]);
  expect(await checkDatabase(store)).toMatchObject({ violations: [] });
  await engine.close();
});
