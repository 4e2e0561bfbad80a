/** Orders of lists of runs beside the key: status, execution type and dates. */
const RUN_ORDERS = [
  'processing_status',
  'workflow_execution_type',
  'scheduled_at_ms',
  'started_at_ms',
  'completed_at_ms',
  'last_updated_at_ms',
] as const;

/** Condition of the runs that `listUnfinishedRuns` gives; word for word that of their index. */
export const UNFINISHED = "(NOT published OR processing_status IN ('queued', 'inProgress', 'canceling'))";

/** Moment of a run that summaries count by. */
export const SUMMED_AT = 'coalesce(started_at_ms, scheduled_at_ms)';

/** Condition of the runs that summaries count; word for word that of their index. */
export const SUMMED = "published AND workflow_execution_type <> 'preview'";

const TABLES = `
CREATE TABLE {s}.meta (version int NOT NULL, application text NOT NULL CHECK (application = 'tenure'));
INSERT INTO {s}.meta (version, application) VALUES (0, 'tenure');

CREATE TABLE {s}.workflows (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  last_slot_at_ms bigint,
  body text NOT NULL
);

CREATE TABLE {s}.workflow_versions (
  workflow_id text COLLATE "C" NOT NULL,
  version int NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (workflow_id, version)
);

CREATE TABLE {s}.runs (
  no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL UNIQUE,
  workflow_id text COLLATE "C" NOT NULL,
  workflow_version int NOT NULL,
  workflow_display_name text COLLATE "C" NOT NULL,
  created_by text COLLATE "C",
  driver text COLLATE "C" NOT NULL CHECK (driver IN ('engine', 'external')),
  workflow_execution_type text COLLATE "C" NOT NULL,
  processing_status text COLLATE "C" NOT NULL,
  scheduled_at_ms bigint NOT NULL,
  started_at_ms bigint,
  completed_at_ms bigint,
  last_updated_at_ms bigint NOT NULL,
  last_user_end_at_ms bigint,
  revision bigint NOT NULL,
  slot_at_ms bigint,
  total_users_count bigint NOT NULL CHECK (total_users_count >= 0),
  successful_users_count bigint NOT NULL CHECK (successful_users_count >= 0),
  failed_users_count bigint NOT NULL CHECK (failed_users_count >= 0),
  total_tasks_count bigint NOT NULL CHECK (total_tasks_count >= 0),
  failed_tasks_count bigint NOT NULL CHECK (failed_tasks_count >= 0),
  total_unprocessed_tasks_count bigint NOT NULL CHECK (total_unprocessed_tasks_count >= 0),
  completed_with_errors_users_count bigint NOT NULL CHECK (completed_with_errors_users_count >= 0),
  canceled_users_count bigint NOT NULL CHECK (canceled_users_count >= 0),
  known_users_count bigint NOT NULL CHECK (known_users_count >= 0),
  known_tasks_count bigint NOT NULL CHECK (known_tasks_count >= 0),
  task_reports text NOT NULL,
  activated_on_scope text,
  claim bigint NOT NULL,
  seq bigint NOT NULL,
  in_hand boolean NOT NULL,
  is_no_op boolean NOT NULL,
  published boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE {s}.users (
  run_no bigint NOT NULL,
  no int NOT NULL CHECK (no >= 1),
  subject_id text COLLATE "C" NOT NULL,
  processing_status text COLLATE "C" NOT NULL,
  exceptional text COLLATE "C" GENERATED ALWAYS AS (
    CASE WHEN processing_status IN ('queued', 'completed') THEN NULL ELSE processing_status END
  ) STORED,
  workflow_version int NOT NULL,
  created_at_ms bigint NOT NULL,
  scheduled_at_ms bigint NOT NULL,
  started_at_ms bigint,
  completed_at_ms bigint,
  total_tasks_count int NOT NULL,
  failed_tasks_count int NOT NULL,
  total_unprocessed_tasks_count int NOT NULL,
  outcomes text,
  attempts text,
  PRIMARY KEY (run_no, no)
) WITH (
  fillfactor = 60,
  autovacuum_vacuum_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02,
  autovacuum_vacuum_insert_scale_factor = 0.1
);

CREATE TABLE {s}.journal (
  run_no bigint NOT NULL,
  seq bigint GENERATED ALWAYS AS IDENTITY,
  body text NOT NULL,
  PRIMARY KEY (run_no, seq)
) WITH (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE {s}.journal ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE {s}.admissions (
  workflow_id text COLLATE "C" NOT NULL,
  subject_id text COLLATE "C" NOT NULL,
  due_at_ms bigint NOT NULL,
  run_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (workflow_id, subject_id)
);

CREATE TABLE {s}.notes (
  collection text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (collection, key)
);

CREATE TABLE {s}.settings (name text COLLATE "C" PRIMARY KEY, value text NOT NULL);
`;

const INDEXES = `
CREATE UNIQUE INDEX runs_slot ON {s}.runs (workflow_id, slot_at_ms) WHERE slot_at_ms IS NOT NULL;
CREATE INDEX runs_unfinished ON {s}.runs (no) WHERE ${UNFINISHED};
CREATE INDEX runs_summed ON {s}.runs (workflow_id, (${SUMMED_AT}))
  INCLUDE (processing_status, total_users_count, total_tasks_count, failed_tasks_count) WHERE ${SUMMED};
CREATE INDEX runs_of_workflow ON {s}.runs (workflow_id, id);
${RUN_ORDERS.map(
  (
    column,
  ) => `CREATE INDEX runs_of_workflow_by_${column} ON {s}.runs (workflow_id, ${column} NULLS FIRST, id) WHERE published;
CREATE INDEX runs_by_${column} ON {s}.runs (${column} NULLS FIRST, id) WHERE published;`,
).join('\n')}
CREATE INDEX runs_of_workflow_with_status ON {s}.runs (workflow_id, processing_status, scheduled_at_ms NULLS FIRST, id) WHERE published;
CREATE INDEX runs_with_status ON {s}.runs (processing_status, scheduled_at_ms NULLS FIRST, id) WHERE published;
CREATE UNIQUE INDEX users_by_subject ON {s}.users (run_no, subject_id);
CREATE INDEX users_exceptional ON {s}.users (run_no, exceptional, no) WHERE exceptional IS NOT NULL;
CREATE INDEX users_with_failed_tasks ON {s}.users (run_no, no) WHERE failed_tasks_count > 0;
CREATE INDEX admissions_by_due ON {s}.admissions (workflow_id, due_at_ms);
`;

/**
 * The steps of the schema, in order; their number is its version. `{s}` stands for the schema's name, and `{S}` for it
 * as a text. Frozen: databases made by them exist. A change is a new step, and a step only adds, so that processes of
 * the version before can go on beside it.
 *
 * 1. `users` has the state of a user as of its queueing or its end; while the user is active, `journal` has a newer
 *    one, as entries of `stores/journal/entries.ts`. No index is on a column of `users` that a user without failures
 *    changes, so that its end is a heap-only update: `exceptional` is the status unless it is `queued` or `completed`.
 *    Bodies of `journal` are compact and short-lived: compressing them costs more than it saves.
 */
const STEPS: readonly string[] = [
  `DO $$ BEGIN IF to_regnamespace({S}) IS NULL THEN CREATE SCHEMA {s}; END IF; END $$;
${TABLES}${INDEXES}`,
];

/** The version of the schema that this package writes. */
export const SCHEMA_VERSION = STEPS.length;

/** A name as an identifier of SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The statements that bring schema `schema` from a version to the next one. */
export function stepFrom(version: number, schema: string): string {
  const name = quoted(schema);
  const text = `'${name.replaceAll("'", "''")}'`;
  const step = (STEPS[version] ?? '').replaceAll('{s}', () => name).replaceAll('{S}', () => text);
  return `${step.trim()}\nUPDATE ${name}.meta SET version = ${version + 1};`;
}
