/**
 * The ledger: the record of workflows, runs and results, by the rules. It can be used without an
 * engine: create a run, report results, and the run finishes by itself.
 */

import { LIMITS } from '../model/limits.ts';
import { HOUR_MS } from '../model/time.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../model/workflow/workflow-limits.ts';
import { type AuditLog, createAuditLog, keepAudit } from './audit-log.ts';
import type { LedgerContext } from './context.ts';
import { type CustomTaskExtensions, createExtensions } from './methods/extensions.ts';
import { createRuns, type Runs } from './methods/runs.ts';
import { createSettings, type KeptSettings, type Settings } from './methods/settings.ts';
import { createSubjectResults, type SubjectProcessingResults } from './methods/subject-results.ts';
import {
  createTaskReports,
  createTaskResults,
  type TaskProcessingResults,
  type TaskReports,
} from './methods/task-results.ts';
import { createUserResults, type UserProcessingResults } from './methods/user-results.ts';
import { createWorkflows, type Workflows } from './methods/workflows.ts';
import { audit, auditWorkflow, entriesOfChange, entryOf } from './recording/audit.ts';
import { type Cancellation, freezeRuns } from './recording/cancel.ts';
import { Recorder } from './recording/recorder.ts';

/** Public methods of a ledger. */
export interface LedgerMethods {
  readonly workflows: Workflows;
  readonly settings: Settings;
  readonly customTaskExtensions: CustomTaskExtensions;
  readonly runs: Runs;
  readonly userProcessingResults: UserProcessingResults;
  readonly subjectProcessingResults: SubjectProcessingResults;
  readonly taskProcessingResults: TaskProcessingResults;
  readonly taskReports: TaskReports;
  /** Who changed workflows, settings and extensions. */
  readonly audit: AuditLog;
}

/** A ledger, with the internals that an engine needs. */
export interface Ledger extends LedgerMethods {
  readonly context: LedgerContext;
  readonly recorder: Recorder;
  readonly cancellation: Cancellation;
  readonly settings: KeptSettings;
}

/** Settings of a ledger. */
export interface LedgerSettings {
  readonly limits?: WorkflowLimits;
  /** Interval of schedule slots, ms, for `nextScheduleRunDateTime`. Default 3 hours. */
  readonly scheduleIntervalMs?: number;
  /** Called after a change of a workflow or (`null`) of the settings; an engine then updates its schedule. */
  readonly workflowChanged?: (workflowId: string | null) => void;
}

/** Assembles a ledger. */
export function assembleLedger(context: LedgerContext, settings: LedgerSettings = {}): Ledger {
  const recorder = new Recorder(context);
  const cancellation = { context, recorder };
  const userProcessingResults = createUserResults(context);
  const workflowChanged = settings.workflowChanged ?? (() => {});
  const { clock } = context;
  const kept = createSettings(
    context.store,
    settings.scheduleIntervalMs ?? LIMITS.scheduleIntervalHours * HOUR_MS,
    (tx, by) => keepAudit(tx, [entryOf(clock, 'Update tenant settings', by, null)]),
    (by) => {
      workflowChanged(null);
      audit(context, 'Update tenant settings', by, null);
    },
  );
  return {
    context,
    recorder,
    cancellation,
    workflows: createWorkflows({
      store: context.store,
      clock: context.clock,
      ids: context.ids,
      limits: settings.limits ?? DEFAULT_LIMITS,
      scheduleIntervalMs: () => kept.scheduleIntervalMs,
      freezeRuns: (workflowId, which) => freezeRuns(cancellation, workflowId, which),
      kept: (tx, by, before, after) => keepAudit(tx, entriesOfChange(clock, by, before, after)),
      changed: (id, by, before, after) => {
        workflowChanged(id);
        auditWorkflow(context, by, before, after);
      },
    }),
    settings: kept,
    customTaskExtensions: createExtensions(context),
    runs: createRuns(cancellation),
    userProcessingResults,
    subjectProcessingResults: createSubjectResults(context.store, userProcessingResults),
    taskProcessingResults: createTaskResults(context),
    taskReports: createTaskReports(context),
    audit: createAuditLog(context.store),
  };
}
