-- Schema 1 as first released, with a run, three users and the journal of a crash. Never to be changed.

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

CREATE UNIQUE INDEX runs_slot ON runs (workflow_id, slot_at_ms) WHERE slot_at_ms IS NOT NULL;
CREATE INDEX runs_unfinished ON runs (no) WHERE (published = 0 OR processing_status IN ('queued', 'inProgress', 'canceling'));
CREATE INDEX runs_summed ON runs (workflow_id, coalesce(started_at_ms, scheduled_at_ms)) WHERE published = 1 AND workflow_execution_type <> 'preview';
CREATE INDEX runs_of_workflow ON runs (workflow_id, id);
CREATE INDEX runs_of_workflow_by_processing_status ON runs (workflow_id, processing_status, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_by_workflow_execution_type ON runs (workflow_id, workflow_execution_type, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_by_scheduled_at_ms ON runs (workflow_id, scheduled_at_ms, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_by_started_at_ms ON runs (workflow_id, started_at_ms, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_by_completed_at_ms ON runs (workflow_id, completed_at_ms, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_by_last_updated_at_ms ON runs (workflow_id, last_updated_at_ms, id) WHERE published = 1;
CREATE INDEX runs_by_processing_status ON runs (processing_status, id) WHERE published = 1;
CREATE INDEX runs_by_workflow_execution_type ON runs (workflow_execution_type, id) WHERE published = 1;
CREATE INDEX runs_by_scheduled_at_ms ON runs (scheduled_at_ms, id) WHERE published = 1;
CREATE INDEX runs_by_started_at_ms ON runs (started_at_ms, id) WHERE published = 1;
CREATE INDEX runs_by_completed_at_ms ON runs (completed_at_ms, id) WHERE published = 1;
CREATE INDEX runs_by_last_updated_at_ms ON runs (last_updated_at_ms, id) WHERE published = 1;
CREATE INDEX runs_of_workflow_with_status ON runs (workflow_id, processing_status, scheduled_at_ms, id) WHERE published = 1;
CREATE INDEX users_by_status ON users (run_no, processing_status, no);
CREATE UNIQUE INDEX users_by_subject ON users (run_no, no / 4096, subject_id);
CREATE INDEX journal_of_run ON journal (run_no, seq);
CREATE INDEX admissions_by_due ON admissions (workflow_id, due_at_ms);

CREATE TRIGGER runs_inserted AFTER INSERT ON runs WHEN new.published = 1 AND new.workflow_execution_type <> 'preview' BEGIN
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 0, coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 0 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 0 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000;
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 1, coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 1 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 1 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000;
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 2, coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 2 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 2 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000;
END;
CREATE TRIGGER runs_deleted AFTER DELETE ON runs WHEN old.published = 1 AND old.workflow_execution_type <> 'preview' BEGIN
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 0 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 3600000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 0 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 3600000 AND runs = 0;
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 1 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 86400000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 1 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 86400000 AND runs = 0;
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 2 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 2764800000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 2 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 2764800000 AND runs = 0;
END;
CREATE TRIGGER runs_changed_from AFTER UPDATE OF workflow_id, workflow_execution_type, processing_status, scheduled_at_ms, started_at_ms, total_users_count, total_tasks_count, failed_tasks_count, published ON runs
WHEN old.published = 1 AND old.workflow_execution_type <> 'preview' AND (old.workflow_id IS NOT new.workflow_id OR old.workflow_execution_type IS NOT new.workflow_execution_type OR old.processing_status IS NOT new.processing_status OR old.scheduled_at_ms IS NOT new.scheduled_at_ms OR old.started_at_ms IS NOT new.started_at_ms OR old.total_users_count IS NOT new.total_users_count OR old.total_tasks_count IS NOT new.total_tasks_count OR old.failed_tasks_count IS NOT new.failed_tasks_count OR old.published IS NOT new.published) BEGIN
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 0 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 3600000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 0 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 3600000 AND runs = 0;
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 1 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 86400000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 1 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 86400000 AND runs = 0;
  UPDATE OR FAIL run_sums SET runs = runs - 1, successful = successful - (old.processing_status = 'completed'), failed = failed - (old.processing_status IN ('failed', 'completedWithErrors')), users = users - old.total_users_count, tasks = tasks - old.total_tasks_count, failed_tasks = failed_tasks - old.failed_tasks_count WHERE workflow_id = old.workflow_id AND level = 2 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 2764800000;
  DELETE FROM run_sums WHERE workflow_id = old.workflow_id AND level = 2 AND bucket = coalesce(old.started_at_ms, old.scheduled_at_ms) / 2764800000 AND runs = 0;
END;
CREATE TRIGGER runs_changed_to AFTER UPDATE OF workflow_id, workflow_execution_type, processing_status, scheduled_at_ms, started_at_ms, total_users_count, total_tasks_count, failed_tasks_count, published ON runs
WHEN new.published = 1 AND new.workflow_execution_type <> 'preview' AND (old.workflow_id IS NOT new.workflow_id OR old.workflow_execution_type IS NOT new.workflow_execution_type OR old.processing_status IS NOT new.processing_status OR old.scheduled_at_ms IS NOT new.scheduled_at_ms OR old.started_at_ms IS NOT new.started_at_ms OR old.total_users_count IS NOT new.total_users_count OR old.total_tasks_count IS NOT new.total_tasks_count OR old.failed_tasks_count IS NOT new.failed_tasks_count OR old.published IS NOT new.published) BEGIN
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 0, coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 0 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 0 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 3600000;
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 1, coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 1 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 1 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 86400000;
  INSERT OR FAIL INTO run_sums
    SELECT new.workflow_id, 2, coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000, 0, 0, 0, 0, 0, 0, coalesce(new.started_at_ms, new.scheduled_at_ms), coalesce(new.started_at_ms, new.scheduled_at_ms)
    WHERE NOT EXISTS (SELECT 1 FROM run_sums WHERE workflow_id = new.workflow_id AND level = 2 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000);
  UPDATE OR FAIL run_sums SET runs = runs + 1, successful = successful + (new.processing_status = 'completed'), failed = failed + (new.processing_status IN ('failed', 'completedWithErrors')), users = users + new.total_users_count, tasks = tasks + new.total_tasks_count, failed_tasks = failed_tasks + new.failed_tasks_count, min_ms = CASE WHEN min_ms < coalesce(new.started_at_ms, new.scheduled_at_ms) THEN min_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END, max_ms = CASE WHEN max_ms > coalesce(new.started_at_ms, new.scheduled_at_ms) THEN max_ms ELSE coalesce(new.started_at_ms, new.scheduled_at_ms) END
    WHERE workflow_id = new.workflow_id AND level = 2 AND bucket = coalesce(new.started_at_ms, new.scheduled_at_ms) / 2764800000;
END;

ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
  ('users', 'users', '1000000 100000 1'),
  ('users', 'users_by_status', '1000000 100000 10000 1'),
  ('users', 'users_by_subject', '1000000 100000 4096 1'),
  ('runs', 'runs_of_workflow', '100000 1000 1'),
  ('runs', 'runs_of_workflow_with_status', '100000 1000 200 2 1'),
  ('runs', 'runs_of_workflow_by_processing_status', '100000 1000 200 1'),
  ('runs', 'runs_by_processing_status', '100000 20000 1'),
  ('runs', 'runs_of_workflow_by_workflow_execution_type', '100000 1000 200 1'),
  ('runs', 'runs_by_workflow_execution_type', '100000 20000 1'),
  ('runs', 'runs_of_workflow_by_scheduled_at_ms', '100000 1000 2 1'),
  ('runs', 'runs_by_scheduled_at_ms', '100000 200 1'),
  ('runs', 'runs_of_workflow_by_started_at_ms', '100000 1000 2 1'),
  ('runs', 'runs_by_started_at_ms', '100000 200 1'),
  ('runs', 'runs_of_workflow_by_completed_at_ms', '100000 1000 2 1'),
  ('runs', 'runs_by_completed_at_ms', '100000 200 1'),
  ('runs', 'runs_of_workflow_by_last_updated_at_ms', '100000 1000 2 1'),
  ('runs', 'runs_by_last_updated_at_ms', '100000 200 1');
ANALYZE sqlite_schema;

PRAGMA application_id = 1415933557;
PRAGMA user_version = 1;
INSERT INTO runs (id, workflow_id, workflow_version, driver, workflow_execution_type, processing_status, scheduled_at_ms, started_at_ms, completed_at_ms, last_updated_at_ms, slot_at_ms, total_users_count, successful_users_count, failed_users_count, total_tasks_count, failed_tasks_count, total_unprocessed_tasks_count, completed_with_errors_users_count, canceled_users_count, known_users_count, known_tasks_count, task_reports, claim, in_hand, published)
VALUES ('00000000-0000-8001-8000-000000000000', 'w1', 1, 'engine', 'scheduled', 'inProgress', 1760000000000, NULL, NULL, 1760000000000, NULL, 3, 0, 0, 6, 0, 6, 0, 0, 0, 0, '[[0,0,3]]', 0, 1, 1);
INSERT INTO users VALUES (1, 1, 'subject-1', 'completed', 1, 1760000000000, 1760000000000, 1760000000000, 1760000000013, 2, 0, 0, '[["c",0,3],["c",7,3]]', NULL);
INSERT INTO users VALUES (1, 2, 'subject-2', 'queued', 1, 1760000000000, 1760000000000, NULL, NULL, 2, 0, 2, '[]', NULL);
INSERT INTO users VALUES (1, 3, 'subject-3', 'queued', 1, 1760000000000, 1760000000000, NULL, NULL, 2, 0, 2, '[]', NULL);
INSERT INTO journal (run_no, body) VALUES (1, '[[2,["inProgress",0,null,0,1,[["c",0,3]],null,"subject-2",1,1760000000000,0,2]]]');
INSERT INTO journal (run_no, body) VALUES (1, '[[2,"f",7,3,"no"]]');
INSERT INTO settings VALUES ('job', '{}');
