/**
 * What is simulated. A scenario is plain data: the same object in TypeScript and in a JSON file, whose schema is
 * `SCENARIO_SCHEMA`.
 */
import type { TemplateOverrides } from '../../catalogue/fill-template.ts';
import type { MissedSlotPolicy } from '../../engine/settings.ts';
import type { WorkflowInput } from '../../ledger/input/workflow.ts';
import type { DurationMs } from '../../model/time.ts';
import type { RetryPolicy } from '../../ports/task-handler.ts';
import type { DurationShape } from '../process/durations.ts';

/** A scenario. Dates and times without a zone are of `timeZone`. */
export interface Scenario {
  readonly name: string;
  readonly description?: string;
  /** Where virtual time begins: `2026-01-01` or `2026-01-01T08:00:00Z`. */
  readonly start: string;
  /** How long: an ISO 8601 duration such as `P1Y`; more than 0, at most 50 years. */
  readonly horizon: string;
  /** Whose days people are hired on and the calendar shows: `Europe/Berlin`. Default `UTC`. */
  readonly timeZone?: string;
  readonly population: GeneratedPopulation | FilePopulation;
  /** Who joins, moves and leaves in the course of time. Default: nobody. */
  readonly turnover?: Turnover;
  /** What befalls many at once: an acquisition, a reorganisation, a site that closes. */
  readonly changes?: readonly MassChange[];
  /** At least one. */
  readonly workflows: readonly ScenarioWorkflow[];
  /** By task definition (key, GUID or name of your own), or `*` for all others: how tasks behave. Default: at once. */
  readonly tasks?: Readonly<Record<string, TaskBehaviour>>;
  readonly schedule?: ScenarioSchedule;
  readonly capacity?: ScenarioCapacity;
  /** When the process is not there, or not well. Must not overlap. */
  readonly process?: readonly ProcessWindow[];
}

/** People that are made up. */
export interface GeneratedPopulation {
  readonly kind: 'generated';
  /** At the start; 0..1,000,000. */
  readonly headcount: number;
  /** Default: six departments of an ordinary company. `weight` > 0, default 1. */
  readonly departments?: readonly { readonly name: string; readonly weight?: number }[];
  /** Default 10. */
  readonly peoplePerManager?: number;
}

/** People of a CSV, TSV, JSONL or JSON file, as `openDirectory` reads them. */
export interface FilePopulation {
  readonly kind: 'file';
  /** From the scenario's own folder, when it is a file. */
  readonly path: string;
  /** Attribute → column: `{ "id": "WorkerID" }`. */
  readonly map?: Readonly<Record<string, string>>;
  readonly delimiter?: string;
  readonly onDuplicate?: 'refuse' | 'first' | 'last';
  /** Spellings of dates beside ISO 8601: `["dd/MM/yyyy", "excel"]`. */
  readonly dates?: readonly string[];
  /** Attributes that hold dates beside those of Graph's user. */
  readonly dateAttributes?: readonly string[];
}

/** Who comes and goes. Numbers a month are averages; what happens scatters around them. */
export interface Turnover {
  /** Default 0, or what `growthPerYear` and the leavers ask for. */
  readonly joinersPerMonth?: number;
  /** People who change their department. Default 0. */
  readonly moversPerMonth?: number;
  /** Default 0. */
  readonly leaversPerMonth?: number;
  /** 0.1: ten of a hundred more people after a year. Not beside `joinersPerMonth`. */
  readonly growthPerYear?: number;
  /** January to December, how much of an ordinary month: twelve numbers ≥ 0, default all 1. */
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
  /** Days before the date on which the directory hears of it. Default 10..40. */
  readonly noticeDays?: { readonly min: number; readonly max: number };
  /** Share of joiners and leavers that the directory hears of 1 to 6 days too late. Default 0.02. */
  readonly lateShare?: number;
  /** Days after the last one until the directory forgets a leaver. Default 30. */
  readonly keptDays?: number;
}

/** Something that happens to many people at one moment. */
export interface MassChange {
  readonly at: string;
  readonly kind: 'join' | 'move' | 'leave';
  /** So many people … */
  readonly count?: number;
  /** … or this share (0..1) of the department, or of all. Not for `join`. */
  readonly share?: number;
  /** Whom: those of this department. For `join`: the department they come into. */
  readonly department?: string;
  /** For `move`: where to. */
  readonly to?: string;
  /** Days between `at` and the first or last day. Default 0 for `move`, 30 for `join` and `leave`. */
  readonly noticeDays?: number;
}

/** A workflow, written out or from a template, and what starts it. */
export interface ScenarioWorkflow {
  /** What it is called in figures, and paired by in comparisons. Default: its display name. */
  readonly key?: string;
  /** Either this … Scheduled unless it says otherwise or has no trigger. */
  readonly workflow?: WorkflowInput;
  /** … or a template's name or GUID. */
  readonly template?: string;
  readonly overrides?: TemplateOverrides;
  /** Run it on demand for everybody who changed his department, at the slot after the change. */
  readonly onMove?: boolean;
  /** Runs on demand at given moments, for those whom `rule` selects (default: all), at most `limit`. */
  readonly activations?: readonly { readonly at: string; readonly rule?: string; readonly limit?: number }[];
}

/** What a task does in this scenario, and the settings of its handler. */
export interface TaskBehaviour {
  /** Default: answers at once. */
  readonly duration?: DurationShape;
  /** Probability, 0..1, that a call fails for no known reason; anew at each attempt. Default 0. */
  readonly failureProbability?: number;
  /** Failures that hit some people or times more than others. The first that hits gives the reason. */
  readonly failures?: readonly FailureRule[];
  /** Times in which every call fails. */
  readonly outages?: readonly { readonly from: string; readonly until: string; readonly reason?: string }[];
  /** Calls that never answer. */
  readonly hang?: {
    readonly probability: number;
    /** `true`: goes on even when aborted, so its place stays taken until the process ends. Default `false`. */
    readonly ignoresAbort?: boolean;
  };
  /** Calls that the service takes a second. More have to wait, or fail. */
  readonly rate?: { readonly perSecond: number; readonly whenExceeded?: 'wait' | 'fail' };
  readonly timeoutMs?: DurationMs;
  readonly retry?: RetryPolicy;
  readonly concurrency?: number;
}

/** A failure that hits by chance, and only some. */
export interface FailureRule {
  readonly probability: number;
  readonly reason?: string;
  readonly departments?: readonly string[];
  readonly from?: string;
  readonly until?: string;
  /** `true`: the person is the cause, so every attempt fails alike. Default `false`. */
  readonly persistent?: boolean;
}

/** As the engine's settings of these names. */
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

/** How much the process can do at once. */
export interface ScenarioCapacity {
  /** Default 256. */
  readonly concurrency?: number;
  /** Calls of all tasks a second, on average: more have to wait. Default: no bound. */
  readonly callsPerSecond?: number;
}

/** A time in which the process is off or asleep, or a moment at which its clock is set. */
export type ProcessWindow =
  /** Stopped (`stop`, the default: running tasks may finish) or killed, and started again at `until`. */
  | { readonly kind: 'off'; readonly from: string; readonly until: string; readonly how?: 'stop' | 'kill' }
  /** Suspended: timers that come due meanwhile fire when it wakes. */
  | { readonly kind: 'asleep'; readonly from: string; readonly until: string }
  /** The machine's clock jumps by so many seconds, back if negative, and stays so. */
  | { readonly kind: 'clockJump'; readonly at: string; readonly bySeconds: number };
