/**
 * The ledger: the record of workflows, runs and results, by the rules. It can be used with no engine
 * at all: create a run, report results, and the run finishes by itself.
 */

import { HOUR_MS } from '../model/time.ts';
import { DEFAULT_LIMITS, type WorkflowLimits } from '../model/workflow-limits.ts';
import { audit, auditWorkflow } from './audit.ts';
import { type Cancellation, freezeRuns } from './cancel.ts';
import type { LedgerContext } from './context.ts';
import { type CustomTaskExtensions, createExtensions } from './extensions.ts';
import { Recorder } from './recorder.ts';
import { createRuns, type Runs } from './runs.ts';
import { createSettings, type KeptSettings, type Settings } from './settings.ts';
import { createSubjectResults, type SubjectProcessingResults } from './subject-results.ts';
import {
  createTaskReports,
  createTaskResults,
  type TaskProcessingResults,
  type TaskReports,
} from './task-results.ts';
import { createUserResults, type UserProcessingResults } from './user-results.ts';
import { createWorkflows, type Workflows } from './workflows.ts';

/** What callers use of a ledger. */
export interface LedgerMethods {
  readonly workflows: Workflows;
  readonly settings: Settings;
  readonly customTaskExtensions: CustomTaskExtensions;
  readonly runs: Runs;
  readonly userProcessingResults: UserProcessingResults;
  readonly subjectProcessingResults: SubjectProcessingResults;
  readonly taskProcessingResults: TaskProcessingResults;
  readonly taskReports: TaskReports;
}

/** A ledger, with what an engine needs beside its methods. */
export interface Ledger extends LedgerMethods {
  readonly context: LedgerContext;
  readonly recorder: Recorder;
  readonly cancellation: Cancellation;
  readonly settings: KeptSettings;
}

/** Settings of a ledger. */
export interface LedgerSettings {
  readonly limits?: WorkflowLimits;
  /** Distance of schedule slots, for `nextScheduleRunDateTime`. Default 3 hours. */
  readonly scheduleIntervalMs?: number;
  /** Told when a workflow, or (`null`) the settings were changed; an engine looks at its schedule again. */
  readonly workflowChanged?: (workflowId: string | null) => void;
}

/** Puts a ledger together. */
export function assembleLedger(context: LedgerContext, settings: LedgerSettings = {}): Ledger {
  const recorder = new Recorder(context);
  const cancellation = { context, recorder };
  const userProcessingResults = createUserResults(context);
  const workflowChanged = settings.workflowChanged ?? (() => {});
  const kept = createSettings(context.store, settings.scheduleIntervalMs ?? 3 * HOUR_MS, (by) => {
    workflowChanged(null);
    audit(context, 'Update tenant settings', by, null);
  });
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
  };
}
