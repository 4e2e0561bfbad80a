import { REGION, REGION_USERS } from './regions.ts';

/** `PRAGMA application_id` of every tenure database: "Tenu" in ASCII. */
export const APPLICATION_ID = 0x54656e75;

/** Widths of the buckets of `run_sums` by level, ms: an hour, a day, 32 days. Part of schema 1. */
export const SUM_WIDTHS_MS = [3_600_000, 86_400_000, 2_764_800_000] as const;

/** Users of a run whose subjects were indexed together (decision 4). Part of schema 1; see `REGION`. */
const SUBJECT_BLOCK = 4_096;

/** Status, execution type and dates: what lists of runs are ordered by. */
const RUN_ORDERS = [
  'processing_status',
  'workflow_execution_type',
  'scheduled_at_ms',
  'started_at_ms',
  'completed_at_ms',
  'last_updated_at_ms',
] as const;

/** Condition of the runs that `listUnfinishedRuns` gives; word for word that of its index. */
export const UNFINISHED = "(published = 0 OR processing_status IN ('queued', 'inProgress', 'canceling'))";

/** Moment of a run that summaries count by. */
export const SUMMED_AT = 'coalesce(started_at_ms, scheduled_at_ms)';

/** Condition of the runs that summaries count; word for word that of their index. */
export const SUMMED = "published = 1 AND workflow_execution_type <> 'preview'";

const TABLES = `
CREATE TABLE workflows (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  last_slot_at_ms INTEGER,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE workflow_versions (
  workflow_id TEXT NOT NULL,
  version INTEGER NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  UNIQUE (workflow_id, version)
) STRICT;

CREATE TABLE runs (
  no INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  workflow_id TEXT NOT NULL,
  workflow_version INTEGER NOT NULL,
  driver TEXT NOT NULL CHECK (driver IN ('engine', 'external')),
  workflow_execution_type TEXT NOT NULL,
  processing_status TEXT NOT NULL,
  scheduled_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  completed_at_ms INTEGER,
  last_updated_at_ms INTEGER NOT NULL,
  slot_at_ms INTEGER,
  total_users_count INTEGER NOT NULL CHECK (total_users_count >= 0),
  successful_users_count INTEGER NOT NULL CHECK (successful_users_count >= 0),
  failed_users_count INTEGER NOT NULL CHECK (failed_users_count >= 0),
  total_tasks_count INTEGER NOT NULL CHECK (total_tasks_count >= 0),
  failed_tasks_count INTEGER NOT NULL CHECK (failed_tasks_count >= 0),
  total_unprocessed_tasks_count INTEGER NOT NULL CHECK (total_unprocessed_tasks_count >= 0),
  completed_with_errors_users_count INTEGER NOT NULL CHECK (completed_with_errors_users_count >= 0),
  canceled_users_count INTEGER NOT NULL CHECK (canceled_users_count >= 0),
  known_users_count INTEGER NOT NULL CHECK (known_users_count >= 0),
  known_tasks_count INTEGER NOT NULL CHECK (known_tasks_count >= 0),
  task_reports TEXT NOT NULL,
  claim INTEGER NOT NULL,
  in_hand INTEGER NOT NULL CHECK (in_hand IN (0, 1)),
  published INTEGER NOT NULL CHECK (published IN (0, 1))
) STRICT;

CREATE TABLE users (
  run_no INTEGER NOT NULL,
  no INTEGER NOT NULL CHECK (no >= 1),
  subject_id TEXT NOT NULL,
  processing_status TEXT NOT NULL,
  workflow_version INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  scheduled_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  completed_at_ms INTEGER,
  total_tasks_count INTEGER NOT NULL,
  failed_tasks_count INTEGER NOT NULL,
  total_unprocessed_tasks_count INTEGER NOT NULL,
  outcomes TEXT,
  attempts TEXT,
  PRIMARY KEY (run_no, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  run_no INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE admissions (
  workflow_id TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  due_at_ms INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, subject_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE TABLE run_sums (
  workflow_id TEXT NOT NULL,
  level INTEGER NOT NULL,
  bucket INTEGER NOT NULL,
  runs INTEGER NOT NULL CHECK (runs >= 0),
  successful INTEGER NOT NULL CHECK (successful >= 0),
  failed INTEGER NOT NULL CHECK (failed >= 0),
  users INTEGER NOT NULL,
  tasks INTEGER NOT NULL,
  failed_tasks INTEGER NOT NULL,
  min_ms INTEGER NOT NULL,
  max_ms INTEGER NOT NULL,
  PRIMARY KEY (workflow_id, level, bucket)
) STRICT, WITHOUT ROWID;
`;

const INDEXES = `
CREATE UNIQUE INDEX runs_slot ON runs (workflow_id, slot_at_ms) WHERE slot_at_ms IS NOT NULL;
CREATE INDEX runs_unfinished ON runs (no) WHERE ${UNFINISHED};
CREATE INDEX runs_summed ON runs (workflow_id, ${SUMMED_AT}) WHERE ${SUMMED};
CREATE INDEX runs_of_workflow ON runs (workflow_id, id);
${RUN_ORDERS.map((column) => `CREATE INDEX runs_of_workflow_by_${column} ON runs (workflow_id, ${column}, id) WHERE published = 1;`).join('\n')}
${RUN_ORDERS.map((column) => `CREATE INDEX runs_by_${column} ON runs (${column}, id) WHERE published = 1;`).join('\n')}
CREATE INDEX runs_of_workflow_with_status ON runs (workflow_id, processing_status, scheduled_at_ms, id) WHERE published = 1;
CREATE INDEX users_by_status ON users (run_no, processing_status, no);
CREATE UNIQUE INDEX users_by_subject ON users (run_no, no / ${SUBJECT_BLOCK}, subject_id);
CREATE INDEX journal_of_run ON journal (run_no, seq);
CREATE INDEX admissions_by_due ON admissions (workflow_id, due_at_ms);
`;

const SUMMED_COLUMNS = [
  'workflow_id',
  'workflow_execution_type',
  'processing_status',
  'scheduled_at_ms',
  'started_at_ms',
  'total_users_count',
  'total_tasks_count',
  'failed_tasks_count',
  'published',
];
const atOf = (row: 'old' | 'new') => `coalesce(${row}.started_at_ms, ${row}.scheduled_at_ms)`;
const isSummed = (row: 'old' | 'new') =>
  `${row}.published = 1 AND ${row}.workflow_execution_type <> 'preview'`;
const IS_CHANGED = `(${SUMMED_COLUMNS.map((column) => `old.${column} IS NOT new.${column}`).join(' OR ')})`;
const perLevel = (statement: (level: number, widthMs: number) => string) =>
  SUM_WIDTHS_MS.map((widthMs, level) => statement(level, widthMs)).join('');

const bucketOf = (row: 'old' | 'new', level: number, widthMs: number) =>
  `workflow_id = ${row}.workflow_id AND level = ${level} AND bucket = ${atOf(row)} / ${widthMs}`;
const addend = (row: 'old' | 'new') => [
  ['runs', '1'],
  ['successful', `(${row}.processing_status = 'completed')`],
  ['failed', `(${row}.processing_status IN ('failed', 'completedWithErrors'))`],
  ['users', `${row}.total_users_count`],
  ['tasks', `${row}.total_tasks_count`],
  ['failed_tasks', `${row}.failed_tasks_count`],
];
const bound = (column: string, beyond: '<' | '>') =>
  `${column} = CASE WHEN ${column} ${beyond} ${atOf('new')} THEN ${column} ELSE ${atOf('new')} END`;
const moved = (row: 'old' | 'new', sign: '+' | '-') =>
  addend(row)
    .map(([column, value]) => `${column} = ${column} ${sign} ${value}`)
    .join(', ');

// FAIL instead of ABORT (also in what fires the triggers), no ON CONFLICT (it is an ABORT inside), no
// functions (they may raise an error): with any of these, SQLite copies each page before it changes it, to
// be able to undo the statement. That would be 3/4 of the work.
const ADD = perLevel(
  (level, widthMs) => `
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, ${level}, ${atOf('new')} / ${widthMs}, 0, 0, 0, 0, 0, 0, ${atOf('new')}, ${atOf('new')}
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE ${bucketOf('new', level, widthMs)});
  UPDATE OR FAIL run_sums SET ${moved('new', '+')}, ${bound('min_ms', '<')}, ${bound('max_ms', '>')}
    WHERE ${bucketOf('new', level, widthMs)};`,
);
const SUBTRACT = perLevel(
  (level, widthMs) => `
  UPDATE OR FAIL run_sums SET ${moved('old', '-')} WHERE ${bucketOf('old', level, widthMs)};
  DELETE FROM run_sums WHERE ${bucketOf('old', level, widthMs)} AND runs = 0;`,
);

const TRIGGERS = `
CREATE TRIGGER runs_inserted AFTER INSERT ON runs WHEN ${isSummed('new')} BEGIN${ADD}
END;
CREATE TRIGGER runs_deleted AFTER DELETE ON runs WHEN ${isSummed('old')} BEGIN${SUBTRACT}
END;
CREATE TRIGGER runs_changed_from AFTER UPDATE OF ${SUMMED_COLUMNS.join(', ')} ON runs
WHEN ${isSummed('old')} AND ${IS_CHANGED} BEGIN${SUBTRACT}
END;
CREATE TRIGGER runs_changed_to AFTER UPDATE OF ${SUMMED_COLUMNS.join(', ')} ON runs
WHEN ${isSummed('new')} AND ${IS_CHANGED} BEGIN${ADD}
END;
`;

/**
 * What ANALYZE would find in a typical file: rows, then rows per value of 1, 2, … columns. Without it the
 * planner takes a run for ten users and scans them; with it, its plans are the same for every file.
 */
const STATISTICS: readonly (readonly [table: string, index: string, numbers: string])[] = [
  ['users', 'users', '1000000 100000 1'],
  ['users', 'users_by_status', '1000000 100000 10000 1'],
  ['users', 'users_by_subject', `1000000 100000 ${SUBJECT_BLOCK} 1`],
  ['runs', 'runs_of_workflow', '100000 1000 1'],
  ['runs', 'runs_of_workflow_with_status', '100000 1000 200 2 1'],
  ...RUN_ORDERS.flatMap((column) => {
    const same = column.endsWith('_ms') ? 2 : 200;
    return [
      ['runs', `runs_of_workflow_by_${column}`, `100000 1000 ${same} 1`] as const,
      ['runs', `runs_by_${column}`, `100000 ${100 * same} 1`] as const,
    ];
  }),
];

const ANALYSIS = `
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
${STATISTICS.map((row) => `  (${row.map((cell) => `'${cell}'`).join(', ')})`).join(',\n')};
ANALYZE sqlite_schema;
`;

/**
 * Schema 1. Frozen: files made by it exist. A change is a new entry of `MIGRATIONS`.
 *
 * - `users` has the state of a user as of the last checkpoint; while the user is active, `journal` has a newer one.
 * - `run_sums` has the sums of the runs in each bucket of time, kept by triggers; `min_ms` and `max_ms`
 *   bound the moments in the bucket, not always tightly.
 */
export const SCHEMA_1 = `${TABLES}${INDEXES}${TRIGGERS}${ANALYSIS}`;

/**
 * Schema 2. Frozen. Notes, what a run was activated on, and which run admitted a subject: recorded for drafts, which may
 * have to revoke it. A user's column `outcomes` may hold
 * `{"positions":[…],"outcomes":[…]}` since.
 */
export const SCHEMA_2 = `
CREATE TABLE notes (
  collection TEXT NOT NULL,
  key TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (collection, key)
) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN activated_on_scope TEXT;
ALTER TABLE admissions ADD COLUMN run_id TEXT NOT NULL DEFAULT '';
UPDATE admissions SET run_id = draft.id
  FROM (SELECT id, workflow_id, subject_id FROM runs JOIN users ON run_no = runs.no WHERE published = 0) AS draft
  WHERE admissions.workflow_id = draft.workflow_id AND admissions.subject_id = draft.subject_id;
`;

/** Schema 3. Frozen. Workflows have settings and may be in quarantine. */
export const SCHEMA_3 = ['workflows', 'workflow_versions']
  .map(
    (table) => `
UPDATE ${table} SET body = json_insert(body,
  '$.settings', json('{"quarantineConfiguration":null}'),
  '$.quarantineDetails', json('{"quarantineType":"notQuarantined","quarantineReason":null,"quarantinedDateTime":null}'));`,
  )
  .join('');

/** Schema 4. Frozen. Creators and administration scopes; for existing rows they are unknown. */
export const SCHEMA_4 = `${['workflows', 'workflow_versions']
  .map(
    (table) => `
UPDATE ${table} SET body = json_insert(body,
  '$.createdBy', NULL, '$.lastModifiedBy', NULL, '$.administrationScopeTargets', json('[]'));`,
  )
  .join('')}
UPDATE notes SET body = json_insert(body, '$.createdBy', NULL, '$.lastModifiedBy', NULL)
  WHERE collection = 'extensions';
`;

/** Condition of the users that have a failed task; word for word that of their index. */
export const HAS_FAILED = 'failed_tasks_count > 0';

/** Schema 5. Frozen. A partial index finds users with a failed task among a million: two numbers for each of them. */
export const SCHEMA_5 = `
CREATE INDEX users_with_failed_tasks ON users (run_no, no) WHERE ${HAS_FAILED};
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('users', 'users_with_failed_tasks', '10000 1000 1');
ANALYZE sqlite_schema;
`;

/** Schema 6. Frozen. A run says whether it was driven without calling handlers. */
export const SCHEMA_6 =
  'ALTER TABLE runs ADD COLUMN is_no_op INTEGER NOT NULL DEFAULT 0 CHECK (is_no_op IN (0, 1));';

/** Schema 7. Frozen. A run names its workflow and its author; runs of all workflows are listed by status and schedule. */
export const SCHEMA_7 = `
ALTER TABLE runs ADD COLUMN workflow_display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN created_by TEXT;
UPDATE runs SET workflow_display_name = coalesce((
  SELECT json_extract(body, '$.displayName') FROM workflow_versions
  WHERE workflow_versions.workflow_id = runs.workflow_id AND version = workflow_version
), '');
CREATE INDEX runs_with_status ON runs (processing_status, scheduled_at_ms, id) WHERE published = 1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('runs', 'runs_with_status', '100000 20000 40 1');
ANALYZE sqlite_schema;
`;

/**
 * Schema 8. Frozen. A run knows the latest end of its users. Of an unfinished run the journal may hold later ones than
 * the table, so it begins with a bound; ends of final runs that lie before those of their users are corrected.
 */
export const SCHEMA_8 = `
ALTER TABLE runs ADD COLUMN last_user_end_at_ms INTEGER;
UPDATE runs SET last_user_end_at_ms = last_updated_at_ms
WHERE completed_at_ms IS NULL AND successful_users_count + failed_users_count + canceled_users_count > 0;
UPDATE runs SET last_user_end_at_ms = max(
  completed_at_ms, coalesce((SELECT max(users.completed_at_ms) FROM users WHERE run_no = runs.no), 0)
) WHERE completed_at_ms IS NOT NULL;
UPDATE runs SET
  completed_at_ms = last_user_end_at_ms, last_updated_at_ms = max(last_updated_at_ms, last_user_end_at_ms)
WHERE completed_at_ms < last_user_end_at_ms;
`;

/** Schema 9. Frozen. Changes of a run and commits of its drivers are counted. */
export const SCHEMA_9 = `
ALTER TABLE runs ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
`;

/**
 * Schema 10. Frozen. Groups of failures of a run, and the users in each. A failed outcome names its group since; those
 * before it are in none.
 */
export const SCHEMA_10 = `
CREATE TABLE failure_groups (
  run_no INTEGER NOT NULL,
  key TEXT NOT NULL,
  workflow_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  users_count INTEGER NOT NULL CHECK (users_count > 0),
  first_at_ms INTEGER NOT NULL,
  last_at_ms INTEGER NOT NULL,
  PRIMARY KEY (run_no, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX failure_groups_of_workflow ON failure_groups (workflow_id, last_at_ms);
CREATE TABLE failure_members (
  run_no INTEGER NOT NULL,
  key TEXT NOT NULL,
  no INTEGER NOT NULL,
  PRIMARY KEY (run_no, key, no)
) STRICT, WITHOUT ROWID;
`;

/** Schema 11. Frozen. Subjects are found in all runs at once. */
export const SCHEMA_11 = `
DROP INDEX users_by_subject;
CREATE UNIQUE INDEX users_by_subject ON users (${REGION}, subject_id, run_no);
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('users', 'users_by_subject', '1000000 ${REGION_USERS} 2 1');
ANALYZE sqlite_schema;
`;
