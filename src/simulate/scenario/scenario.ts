/**
 * Input of a simulation. A scenario is plain data: the same object in TypeScript and in a JSON file, whose schema is
 * `SCENARIO_SCHEMA`.
 */
import type { TemplateOverrides } from '../../catalogue/fill-template.ts';
import type { MissedSlotPolicy } from '../../engine/settings.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { DurationMs } from '../../model/time.ts';
import type { RetryPolicy } from '../../ports/task-handler.ts';
import type { DurationShape } from '../process/durations.ts';

/** A scenario. Dates and times without a zone are in `timeZone`. */
export interface Scenario {
  readonly name: string;
  readonly description?: string;
  /** Start of virtual time: `2026-01-01` or `2026-01-01T08:00:00Z`. */
  readonly start: string;
  /** Length of the simulated time: an ISO 8601 duration such as `P1Y`; more than 0, at most 50 years. */
  readonly horizon: string;
  /** Time zone of hire days and of the calendar: `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string;
  readonly population: GeneratedPopulation | FilePopulation;
  /** People who join, move and leave over time. Default: none. */
  readonly turnover?: Turnover;
  /** Events that affect many people at once: an acquisition, a reorganisation, a site that closes. */
  readonly changes?: readonly MassChange[];
  /** At least one. */
  readonly workflows: readonly ScenarioWorkflow[];
  /** By task definition (key, GUID or name of your own), or `*` for all others: how tasks behave. Default: at once. */
  readonly tasks?: Readonly<Record<string, TaskBehaviour>>;
  readonly schedule?: ScenarioSchedule;
  readonly capacity?: ScenarioCapacity;
  /** Times in which the process is off or asleep, and clock jumps. Must not overlap. */
  readonly process?: readonly ProcessWindow[];
}

/** Generated people. */
export interface GeneratedPopulation {
  readonly kind: 'generated';
  /** Number of people at the start; 0..1,000,000. */
  readonly headcount: number;
  /** Default: six departments of an ordinary company. `weight` > 0, default 1. */
  readonly departments?: readonly { readonly name: string; readonly weight?: number }[];
  /** Default 10. */
  readonly peoplePerManager?: number;
}

/** People of a CSV, TSV, JSONL or JSON file, as `openDirectory` reads them. */
export interface FilePopulation {
  readonly kind: 'file';
  /** Relative to the folder of the scenario, if that is a file. */
  readonly path: string;
  /** Attribute → column: `{ "id": "WorkerID" }`. */
  readonly map?: Readonly<Record<string, string>>;
  readonly delimiter?: string;
  readonly onDuplicate?: 'refuse' | 'first' | 'last';
  /** Date formats in addition to ISO 8601: `["dd/MM/yyyy", "excel"]`. */
  readonly dates?: readonly string[];
  /** Attributes that hold dates, in addition to those of Graph's user. */
  readonly dateAttributes?: readonly string[];
}

/** Turnover. Numbers per month are averages; what happens varies around them. */
export interface Turnover {
  /** Default 0, or what `growthPerYear` and the leavers ask for. */
  readonly joinersPerMonth?: number;
  /** People who change their department. Default 0. */
  readonly moversPerMonth?: number;
  /** Default 0. */
  readonly leaversPerMonth?: number;
  /** 0.1: ten per cent more people after a year. Excludes `joinersPerMonth`. */
  readonly growthPerYear?: number;
  /** Factors for January to December relative to an average month: twelve numbers ≥ 0, default all 1. */
  readonly seasonality?: readonly number[];
  /** Days on which people start, by weight. Default 55 : 30 : 15. */
  readonly joinDays?: {
    readonly mondays: number;
    readonly monthStarts: number;
    readonly otherWorkdays: number;
  };
  /** Last days, by weight. Default 20 : 60 : 20. */
  readonly leaveDays?: {
    readonly fridays: number;
    readonly monthEnds: number;
    readonly otherWorkdays: number;
  };
  /** Days between the entry in the directory and the date. Default 10..40. */
  readonly noticeDays?: { readonly min: number; readonly max: number };
  /** Share of joiners and leavers entered in the directory 1 to 6 days late. Default 0.02. */
  readonly lateShare?: number;
  /** Days between the last day of leavers and their removal from the directory. Default 30. */
  readonly keptDays?: number;
}

/** A change for many people at one moment. */
export interface MassChange {
  readonly at: string;
  readonly kind: 'join' | 'move' | 'leave';
  /** Number of people … */
  readonly count?: number;
  /** … or this share (0..1) of the department, or of all. Not for `join`. */
  readonly share?: number;
  /** Limits the change to this department. For `join`: the department that they join. */
  readonly department?: string;
  /** For `move`: the new department. */
  readonly to?: string;
  /** Days between `at` and the first or last day. Default 0 for `move`, 30 for `join` and `leave`. */
  readonly noticeDays?: number;
}

/** A workflow, written out or from a template, and what starts it. */
export interface ScenarioWorkflow {
  /** Name of the workflow in figures, and its key in comparisons. Default: its display name. */
  readonly key?: string;
  /** Either the workflow itself, scheduled unless it says otherwise or has no trigger … */
  readonly workflow?: WorkflowInput;
  /** … or a template's name or GUID. */
  readonly template?: string;
  readonly overrides?: TemplateOverrides;
  /** Runs it on demand for all people who changed department, at the slot after the change. */
  readonly onMove?: boolean;
  /** Runs on demand at given moments, for the people that `rule` selects (default: all), at most `limit`. */
  readonly activations?: readonly { readonly at: string; readonly rule?: string; readonly limit?: number }[];
}

/** Behaviour of a task in this scenario, and the settings of its handler. */
export interface TaskBehaviour {
  /** Default: answers at once. */
  readonly duration?: DurationShape;
  /** Probability, 0..1, that a call fails for no known reason; drawn for each attempt. Default 0. */
  readonly failureProbability?: number;
  /** Failures that affect some people or times more than others. The first match gives the reason. */
  readonly failures?: readonly FailureRule[];
  /** Times in which every call fails. */
  readonly outages?: readonly { readonly from: string; readonly until: string; readonly reason?: string }[];
  /** Calls that never answer. */
  readonly hang?: {
    readonly probability: number;
    /** `true`: it continues after its abort, so its lane stays occupied until the process ends. Default `false`. */
    readonly ignoresAbort?: boolean;
  };
  /** Calls a second that the service accepts. Further calls wait, or fail. Default `wait`. */
  readonly rate?: { readonly perSecond: number; readonly whenExceeded?: 'wait' | 'fail' };
  readonly timeoutMs?: DurationMs;
  readonly retry?: RetryPolicy;
  readonly concurrency?: number;
}

/** A random failure, which can be limited to departments and times. */
export interface FailureRule {
  readonly probability: number;
  readonly reason?: string;
  readonly departments?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  /** `true`: the person is the cause, so all attempts fail alike. Default `false`. */
  readonly persistent?: boolean;
}

/** Schedule settings, as those of the engine. */
export interface ScenarioSchedule {
  /** Default 3. */
  readonly intervalHours?: number;
  /** Default 3. */
  readonly catchUpDays?: number;
  /** Default `once`. */
  readonly missedSlots?: MissedSlotPolicy;
  /** Default `false`. */
  readonly strictSelection?: boolean;
}

/** Capacity of the process. */
export interface ScenarioCapacity {
  /** Default 256. */
  readonly concurrency?: number;
  /** Calls a second, of all tasks: further calls wait. Default: no limit. */
  readonly callsPerSecond?: number;
}

/** A time span in which the process is off or asleep, or a moment at which its clock is set. */
export type ProcessWindow =
  /** Stopped (`stop`, the default: running tasks may finish) or killed, and restarted at `until`. */
  | { readonly kind: 'off'; readonly from: string; readonly until: string; readonly how?: 'stop' | 'kill' }
  /** Suspended: timers that come due meanwhile fire when it wakes. */
  | { readonly kind: 'asleep'; readonly from: string; readonly until: string }
  /** The machine's clock jumps by so many seconds, back if negative, and stays so. */
  | { readonly kind: 'clockJump'; readonly at: string; readonly bySeconds: number };
