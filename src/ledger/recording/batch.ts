/** Events of a slice that go into one commit, and what the rules decide on them. */
import type { RecordedFailure } from '../../model/failures.ts';
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { SliceCommit, SliceRecord } from '../../model/slices.ts';
import type { Subject } from '../../model/subject.ts';
import { positionOf } from '../../rules/status/positions.ts';
import { addUserMove, changeOf } from '../../rules/status/run.ts';
import type { UserDecision, UserEvent } from '../../rules/status/user.ts';
import { decideUser } from '../../rules/status/user.ts';
import { groupFailure } from './failures.ts';
import type { TaskIds } from './task-events.ts';

/** An active user: its record as committed, and as it will be after the running commit. */
export interface TrackedUser {
  user: UserRecord;
  /** Not `null` only while a commit that holds events of this user is being made. */
  staged: UserRecord | null;
  /** What the directory has of the person: their name is masked in reasons of failures. */
  readonly subject?: Subject | null;
}

/** Why an event was not recorded. */
export type Refusal = Extract<UserDecision, { kind: 'refused' }>['code'];

/** Callbacks of a slice's driver. Called after the commit. */
export interface RecorderClient<Lane extends TrackedUser> {
  /** `activeUser.user` has the committed state; `event` is the recorded event. */
  recorded(activeUser: Lane, event: UserEvent): void;
  refused(activeUser: Lane, event: UserEvent, code: Refusal): void;
  /** The slice after a commit. */
  changed(slice: SliceRecord): void;
  /** The task at a position, for its events. */
  taskAt(position: number): TaskIds;
  /** The run is being canceled by another process. */
  cancel(): void;
  /** No further event of this client will be recorded: another process holds the slice, or the run is deleted. */
  lost(error: unknown): void;
}

/** Records events of one claimed slice. */
export interface SliceRecorder<Lane extends TrackedUser> {
  record(activeUser: Lane, event: UserEvent): void;
  /** The run is being canceled: queued users are not started from now on. */
  cancel(): void;
  /** Stops accepting events and drops the queued ones. */
  close(): void;
}

/** What is known of a run, shared by its slices. */
export interface KnownRun {
  run: RunRecord;
  /** Keys of its groups of failures; `null`: none of it has failed here, so they have not been read. */
  groups: Set<string> | null;
}

export interface SliceQueue<Lane extends TrackedUser> {
  readonly client: RecorderClient<Lane>;
  /** As last committed. */
  slice: SliceRecord;
  /**
   * The run as last known, shared by all its slices, so that each of its changes is announced once. In a store
   * with many slices to a run its counters are those of an earlier moment.
   */
  readonly known: KnownRun;
  activeUsers: Lane[];
  events: UserEvent[];
  open: boolean;
}

/** Events of one slice that go into one commit. */
export interface Batch {
  readonly queue: SliceQueue<TrackedUser>;
  readonly activeUsers: readonly TrackedUser[];
  readonly events: readonly UserEvent[];
  /** Per event: why it was refused, or how many outcomes its user had after it. */
  readonly results: readonly (Refusal | number)[];
  /** `null`: every event was refused. */
  readonly commit: SliceCommit | null;
}

/** Decides events in their order, each on the state after the one before it. */
export function decideBatch(
  queue: SliceQueue<TrackedUser>,
  activeUsers: readonly TrackedUser[],
  events: readonly UserEvent[],
): Batch {
  const { slice, known } = queue;
  const { run } = known;
  const change = changeOf(run);
  const touched: TrackedUser[] = [];
  const withdrawn: string[] = [];
  const failures: RecordedFailure[] = [];
  const results = activeUsers.map((activeUser, index): Refusal | number => {
    const user = activeUser.staged ?? activeUser.user;
    const event = events[index] as UserEvent;
    const decision = decideUser(user, event, slice.canceling);
    if (decision.kind === 'refused') return decision.code;
    if (activeUser.staged === null) touched.push(activeUser);
    activeUser.staged = decision.user;
    if (isFailure(event)) {
      const { id } = queue.client.taskAt(positionOf(decision.user, decision.user.outcomes?.length ?? 0));
      const groups = known.groups ?? new Set();
      const grouped = groupFailure(decision.user, id, activeUser.subject?.displayName, groups);
      activeUser.staged = grouped.user;
      failures.push(grouped.failure);
    }
    addUserMove(change, user, decision.user, decision.moves);
    // The subject was not processed: a later slot may take it, should it qualify then.
    const isSkipped = event.kind === 'cancel' && user.processingStatus === 'queued' && !slice.canceling;
    if (isSkipped && run.workflowExecutionType === 'scheduled') withdrawn.push(user.subjectId);
    return decision.user.outcomes?.length ?? 0;
  });
  const users = touched.map((activeUser) => activeUser.staged as UserRecord);
  const more = failures.length === 0 ? {} : { failures };
  const commit = users.length === 0 ? null : { slice, users, change, withdrawn, ...more };
  return { queue, activeUsers, events, results, commit };
}

/** Whether a task has failed. */
export function isFailure(event: UserEvent): boolean {
  return event.kind === 'taskEnded' && event.outcome.status === 'failed';
}
