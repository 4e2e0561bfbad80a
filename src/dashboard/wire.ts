/** What the dashboard's own JSON paths answer. The handler writes it and the page reads it; moments are ISO 8601, UTC. */

import type { AuditEntry } from '../model/resources/audit.ts';
import type { ComingSlots } from '../model/resources/coming-slots.ts';
import type {
  PreviewFailedTask,
  Run,
  SubjectHistoryEntry,
  TaskReport,
  WaitingTask,
} from '../model/resources/resources.ts';
import type { QuarantineDetails } from '../model/workflow/quarantine.ts';
import type { Workflow } from '../model/workflow/workflow.ts';

/** What a caller may do: what it may not do is not offered. */
export interface Rights {
  /** See runs, results, reports and failures. */
  readonly reports: boolean;
  /** See workflows and their versions. */
  readonly workflows: boolean;
  /** Compare versions in virtual time: see reports, where the host has given the simulator. */
  readonly compare: boolean;
  /** Change workflows, and cancel runs. */
  readonly change: boolean;
  /** Start and reprocess runs. */
  readonly activate: boolean;
}

/** `data/me`: who calls, and where. */
export interface Me {
  /** `null`: there is no authorization. */
  readonly id: string | null;
  readonly can: Rights;
  /** `true`: nothing can be changed here. */
  readonly isReadOnly: boolean;
  /** `true`: it is a session that can be signed out of. */
  readonly isSession: boolean;
  /** The clock of the server. */
  readonly now: string;
}

/** A workflow, as lists show it. */
export interface WorkflowBrief {
  readonly id: string;
  readonly displayName: string;
  readonly category: Workflow['category'];
  readonly version: number;
  readonly isEnabled: boolean;
  readonly isSchedulingEnabled: boolean;
  /** `false`: it runs on demand only, and has no schedule that could be on. */
  readonly hasTrigger: boolean;
  readonly nextScheduleRunDateTime: string | null;
  /** Since when no further task of its runs starts; `null`: they are not paused. */
  readonly runsPausedDateTime: string | null;
  readonly quarantineDetails: QuarantineDetails;
}

/** People of the runs that were scheduled on one day, UTC. */
export interface DaySums {
  /** `2026-01-31`. */
  readonly day: string;
  readonly runs: number;
  readonly successfulUsers: number;
  readonly failedUsers: number;
  /** Neither: waiting, canceled, in quarantine. */
  readonly otherUsers: number;
}

/** `data/overview`. */
export interface Overview {
  readonly now: string;
  /** Not final, newest first; at most 50. */
  readonly active: readonly Run[];
  /** Final with failures within the days, and not reprocessed; newest first, at most 20. */
  readonly failed: readonly Run[];
  /** Number of all of those. */
  readonly failedCount: number;
  readonly quarantined: readonly WorkflowBrief[];
  /** Workflows with runs that stand still. */
  readonly paused: readonly WorkflowBrief[];
  /** Scheduled workflows by their next slot; at most 10. */
  readonly next: readonly WorkflowBrief[];
  readonly workflowsCount: number;
  /** The last 30 days, oldest first. */
  readonly days: readonly DaySums[];
  /** `true`: there were more runs in these days than were looked at; the oldest days are incomplete. */
  readonly isCut: boolean;
}

/** A page of a list. */
export interface PageOf<Row> {
  readonly value: readonly Row[];
  /** Parameter `after` of the next page; `null` on the last one. */
  readonly nextToken: string | null;
}

/** `data/runs/{id}`. */
export interface RunDetails {
  readonly now: string;
  readonly run: Run;
  /** The version that the run pinned; `null`: its workflow was deleted. */
  readonly version: Workflow | null;
  readonly report: readonly TaskReport[];
  /** The runs that reprocess it, newest first. */
  readonly reprocessedRuns: readonly Run[];
}

/** A frame of the stream: runs that have changed since the one before, whole. */
export interface LiveFrame {
  readonly now: string;
  readonly runs: readonly Run[];
}

/** A result of a person, with the run that it is part of and its tasks. */
export type PersonEntry = SubjectHistoryEntry;

/** `data/people/{id}`: everything that was ever done for a person, newest first. */
export interface PersonDetails {
  readonly now: string;
  readonly id: string;
  /** As the directory knows them; `null`: it does not. */
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly entries: readonly PersonEntry[];
  /** `true`: there are older results that are not shown. */
  readonly isCut: boolean;
}

/** `data/workflows`: those that are not deleted, in order of creation. */
export interface WorkflowList {
  readonly now: string;
  readonly value: readonly WorkflowBrief[];
}

/** `data/workflows/{id}`. */
export interface WorkflowDetails {
  readonly now: string;
  readonly workflow: Workflow;
  /** All versions, newest first. */
  readonly versions: readonly Workflow[];
  /** Tasks that cannot be run at present, and why; empty for a caller that may not know. */
  readonly unrunnable: readonly PreviewFailedTask[];
  /** The newest runs; empty for a caller that may not see runs. */
  readonly runs: readonly Run[];
}

/** `data/forecasts/{workflow}`: what the next slot will do, going by the directory now. */
export interface Forecast {
  readonly usersCount: number;
  /** Which bounds it exceeds; `null`: it will run. */
  readonly quarantineReason: string | null;
}

/** `data/audit`: changes of workflows, settings and extensions, newest first; with `workflow`, of that one. */
export interface AuditPage extends PageOf<AuditEntry> {
  readonly now: string;
}

/** A task that waits, with the name of its person as the directory has it. */
export interface WaitingRow extends WaitingTask {
  readonly displayName: string | null;
}

/** `data/waiting`: tasks of all runs that wait for a callback, oldest schedule first. */
export interface WaitingPage extends PageOf<WaitingRow> {
  readonly now: string;
}

/** `data/calendar`: how many people the slots of the coming 30 days will take, at most half a minute old. */
export interface CalendarPage extends ComingSlots {
  readonly now: string;
}

/** Tasks of a run that said the same, but for ids, names and numbers, which are masked. */
export interface EffectGroup {
  readonly key: string;
  /** Name of the task. */
  readonly task: string;
  readonly status: string;
  readonly text: string;
  /** Number of changes, or of people where tasks name no changes. */
  readonly count: number;
}

/** `data/runs/{id}/effects`: what its tasks did, or would do, the most frequent first. */
export interface Effects {
  readonly value: readonly EffectGroup[];
  /** `true`: not all task results were looked at, or not all groups are here. */
  readonly isCut: boolean;
}

/** A line of the answer of `data/workflows/{id}/comparisons`: how far it is (0..1), and last of all what came of it. */
export type ComparisonLine =
  | { readonly share: number; readonly result?: undefined; readonly error?: undefined }
  | { readonly result: ComparisonResult; readonly share?: undefined; readonly error?: undefined }
  | { readonly error: string; readonly share?: undefined; readonly result?: undefined };

/** Two versions of a workflow, compared in virtual time. */
export interface ComparisonResult {
  /** `data/comparisons/{reportId}` is the whole report, while it is one of the newest. */
  readonly reportId: string;
  readonly peopleCount: number;
  readonly assumptions: readonly string[];
  readonly before: ComparisonFigures;
  readonly after: ComparisonFigures;
}

/** Figures of one version. */
export interface ComparisonFigures {
  readonly usersCount: number;
  /** With a failed task. */
  readonly failedUsersCount: number;
  readonly unfinishedUsersCount: number;
  readonly tasksCompleted: number;
  readonly tasksFailed: number;
  /** From the moment that makes a person due to their end: half of them wait less, and 19 of 20. */
  readonly medianWaitMs: number;
  readonly p95WaitMs: number;
}

/** `data/selection`: the people of a rule or group, by the directory as it is now. */
export interface SelectedPeople {
  readonly usersCount: number;
  /** The first ones, at most 20. */
  readonly sampleIds: readonly string[];
  /** What may be wrong with a rule, a sentence each, without a full stop. */
  readonly warnings: readonly string[];
  /** `true`: the directory was not read to its end in time; there are more. */
  readonly isCut: boolean;
}

/** `data/people?q=`: people of the directory that a search has found. */
export interface PeopleList {
  readonly value: readonly {
    readonly id: string;
    readonly displayName: string | null;
    readonly mail: string | null;
  }[];
  /** `true`: there may be more; the directory was not read to its end. */
  readonly isCut: boolean;
  /** Whether the searched text is the id of a person who has runs, whether or not the directory knows it. */
  readonly hasRuns: boolean;
}
