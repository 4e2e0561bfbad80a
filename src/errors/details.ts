import type { Selection } from '../model/selection.ts';
import type { ProcessingStatus } from '../model/status.ts';
import type { QuarantineType } from '../model/workflow/quarantine.ts';
import type { ErrorCode } from './codes.ts';

/** Where the input stands that is at fault. */
interface Where {
  /** Its path in the input: `tasks[2].arguments[0].value`. */
  readonly field?: string;
  /** The file that it stands in, or that is at fault itself. */
  readonly file?: string;
}

/** A run of a workflow. */
interface OfRun {
  readonly runId?: string;
  readonly workflowId?: string;
}

/** A store, by its file or by its database. */
interface OfStore {
  readonly database?: string;
}

interface Specific {
  InvalidArgument: {
    /** The allowed name that is nearest to the wrong one. */
    readonly nearest?: string;
    readonly value?: unknown;
    readonly workflowId?: string;
    readonly taskId?: string;
    readonly taskDefinitionId?: string;
    /** What a handler's `argumentsSchema` objects to. */
    readonly issues?: readonly string[];
    /** People in scope, and why none of them is in the run. */
    readonly selection?: Selection;
    /** A package that has to be installed. */
    readonly package?: string;
  };
  InvalidFilter: {
    /** 0-based character of the text; `null` for a filter that is no text. */
    readonly position?: number | null;
    /** The word there. */
    readonly near?: string | null;
    readonly property?: string;
    /** The limit that it exceeds. */
    readonly limit?: string;
  };
  InvalidPageToken: unknown;
  InvalidFile: {
    /** 1-based. */
    readonly line?: number;
    /** 1-based, of an array. */
    readonly item?: number;
    readonly column?: string;
    /** Columns that are needed and not there, and those that are there. */
    readonly missing?: readonly string[];
    readonly columns?: readonly string[];
    /** Ids that occur more than once, with their 1-based lines or items. */
    readonly duplicates?: readonly { readonly id: string; readonly lines: readonly number[] }[];
    /** Different ids, out of `rows`. */
    readonly distinct?: number;
    readonly rows?: number;
    /** Columns whose values are all different. */
    readonly uniqueColumns?: readonly string[];
  };
  LimitExceeded: { readonly limit: string; readonly max: number };
  HandlerMissing: {
    readonly workflowId: string;
    /** Names of the task definitions. */
    readonly missing: readonly string[];
    /** Missing name → the nearest handler or definition. */
    readonly nearest: Readonly<Record<string, string>>;
  };
  WorkflowDisabled: { readonly workflowId: string };
  /** The first `ids`, out of `count`. */
  SubjectUnknown: { readonly ids: readonly string[]; readonly count: number };
  SubjectsLeftOut: { readonly selection: Selection };
  NotWaiting: { readonly taskResult: string };
  CallbackRefused: { readonly taskResult: string };
  WorkflowQuarantined: { readonly workflowId: string; readonly quarantineType: QuarantineType };
  NotFound: OfRun &
    OfStore & {
      readonly id?: string;
      readonly resultId?: string;
      readonly reprocessedRunId?: string;
      readonly taskId?: string;
      readonly version?: number;
      readonly ordinal?: number;
      readonly ordinals?: readonly number[];
      readonly nearest?: string;
    };
  IllegalTransition: { readonly from: string; readonly to: string };
  AlreadyFinal: { readonly runId: string; readonly from: ProcessingStatus; readonly to: ProcessingStatus };
  CounterMismatch: {
    readonly expected?: number;
    readonly got?: number;
    readonly totalTasksCount?: number;
    readonly failedTasksCount?: number;
    readonly totalUnprocessedTasksCount?: number;
  };
  Duplicate: OfRun & {
    /** Ids that occur twice. */
    readonly ids?: readonly string[];
    readonly subjectId?: string;
    readonly ordinal?: number;
    readonly displayName?: string;
    /** The schedule slot that has its run, in epoch ms; `null`: the run is of no slot. */
    readonly slotAtMs?: number | null;
  };
  RunActive: { readonly runId: string; readonly status: ProcessingStatus };
  NotDrivenHere: { readonly runId: string };
  ClaimLost: { readonly runId: string; readonly claim?: number };
  EngineStopped: OfRun;
  /** The name of the setting, and both of its values. */
  SettingsDiffer: { readonly setting: string; readonly kept: unknown; readonly given: unknown };
  StoreClosed: OfStore;
  StoreLocked: OfStore & {
    /** The process that writes the file; `null` or absent: not known. */
    readonly holder?: { readonly pid: number; readonly host: string; readonly sinceMs: number } | null;
  };
  StoreUnavailable: OfStore & { readonly commit?: string };
  StoreAccessDenied: OfStore;
  /** `version` of the schema, when it has to be brought up to date first; 0: there are no tables. */
  StoreReadOnly: OfStore & { readonly version?: number };
  StoreFull: OfStore;
  StoreCorrupt: OfStore & OfRun;
  StoreForeign: OfStore;
  /** The version of the schema that was found, and the newest that is known. */
  StoreTooNew: OfStore & { readonly found: number; readonly known: number };
  StoreFailed: OfStore;
}

/** What `details` of an error has, by its code. A property that is optional is there where it is known. */
export type ErrorDetails = { readonly [Code in ErrorCode]: Specific[Code] & Where };
