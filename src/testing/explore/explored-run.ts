/** A run of the production rules, beside the model, as a value: what has been committed, and what is staged. */
import type { RunRecord, UserRecord } from '../../model/records.ts';
import type { RunChange } from '../../model/slices.ts';
import { NO_COUNTERS } from '../../rules/counters/counters.ts';
import type { AggregationOptions } from '../../rules/status/aggregate.ts';
import { addUserMove, changeOf, runAfter } from '../../rules/status/run.ts';
import { decideUser, queuedUser, type UserDecision, type UserEvent } from '../../rules/status/user.ts';
import {
  apply,
  createRun,
  type ModelEvent,
  type ModelPlan,
  type ModelRun,
} from '../model/reference-model.ts';

/** The rules that are explored. Replace one to see whether a rule of your own still keeps the invariants. */
export interface ExploredRules {
  /** What an event does to a user. */
  readonly decideUser: (user: UserRecord, event: UserEvent, canceling: boolean) => UserDecision;
  /** What a batch of user changes does to their run: counters, status, times. */
  readonly runAfter: (
    run: RunRecord,
    change: RunChange,
    nowMs: number,
    options: AggregationOptions,
  ) => RunRecord;
}

/** tenure's own. */
export const PRODUCTION_RULES: ExploredRules = { decideUser, runAfter };

/** What a store would hold, and what is on its way there. */
export interface ExploredState {
  readonly run: RunRecord;
  readonly users: readonly UserRecord[];
  /** The model after everything that is committed. */
  readonly model: ModelRun;
  /** Events that happened and are in no commit yet. */
  readonly staged: readonly ModelEvent[];
  /** Users and model with the staged events. */
  readonly stagedUsers: readonly UserRecord[];
  readonly stagedModel: ModelRun;
  readonly crashesLeft: number;
}

const T0_MS = 1_000;

/** All users queued. */
export function firstState(plan: ModelPlan, crashesLeft: number): ExploredState {
  const tasks = plan.continueOnError.length;
  const totals = { totalUsersCount: plan.users, totalTasksCount: plan.users * tasks };
  const base = { id: '00000000-0000-8000-8000-000000000000', workflowVersion: 1, scheduledAtMs: T0_MS };
  const users = Array.from({ length: plan.users }, (_, index) =>
    queuedUser(base, index + 1, `u${index + 1}`, tasks, T0_MS),
  );
  const run: RunRecord = {
    ...base,
    ...NO_COUNTERS,
    ...totals,
    workflowId: 'w',
    workflowDisplayName: 'w',
    createdBy: null,
    driver: 'engine',
    workflowExecutionType: 'onDemand',
    processingStatus: 'queued',
    startedAtMs: null,
    completedAtMs: null,
    lastUpdatedAtMs: T0_MS,
    slotAtMs: null,
    totalUnprocessedTasksCount: totals.totalTasksCount,
    knownUsersCount: plan.users,
    knownTasksCount: totals.totalTasksCount,
    lastUserEndAtMs: null,
    taskReports: plan.continueOnError.map(() => ({
      successfulUsersCount: 0,
      failedUsersCount: 0,
      totalUsersCount: plan.users,
    })),
    claim: 1,
    seq: 0,
    revision: 0,
    inHand: true,
    published: true,
    isNoOp: false,
    activatedOnScope: null,
  };
  const model = createRun(plan);
  return { run, users, model, staged: [], stagedUsers: users, stagedModel: model, crashesLeft };
}

/** The model after `event`, as a value. */
export function modelAfter(model: ModelRun, event: ModelEvent): ModelRun {
  const copy: ModelRun = {
    ...model,
    history: [...model.history],
    users: model.users.map((user) => ({ ...user, tasks: user.tasks.map((task) => ({ ...task })) })),
  };
  apply(copy, event);
  return copy;
}

/** The event as the production rules know it. */
export function userEventOf(
  event: Exclude<ModelEvent, { kind: 'cancelRun' }>,
  user: UserRecord,
  plan: ModelPlan,
  atMs: number,
): UserEvent {
  switch (event.kind) {
    case 'startUser':
      return { kind: 'start', atMs };
    case 'cancelUser':
      return { kind: 'cancel', atMs, runningSinceMs: null };
    case 'taskIsAbandoned':
      return { kind: 'cancel', atMs, runningSinceMs: atMs };
    case 'taskSucceeds':
    case 'taskFails':
      return {
        kind: 'taskEnded',
        outcome: {
          status: event.kind === 'taskSucceeds' ? 'completed' : 'failed',
          startedAtMs: atMs,
          completedAtMs: atMs,
        },
        continueOnError: plan.continueOnError[user.outcomes?.length ?? 0] ?? false,
      };
  }
}

/** Adds up decided events and makes the commit's records. */
export function commitOf(
  rules: ExploredRules,
  plan: ModelPlan,
  before: Pick<ExploredState, 'run' | 'users'>,
  events: readonly (readonly [number, (user: UserRecord) => UserEvent])[],
  nowMs: number,
): Pick<ExploredState, 'run' | 'users'> | string {
  const change = changeOf(before.run);
  const users = [...before.users];
  for (const [index, eventFor] of events) {
    const user = users[index] as UserRecord;
    const event = eventFor(user);
    const decision = rules.decideUser(user, event, before.run.processingStatus === 'canceling');
    if (decision.kind === 'refused') return `the rules refuse ${event.kind} with ${decision.code}`;
    addUserMove(change, user, decision.user, decision.moves);
    users[index] = decision.user;
  }
  const options = { strictFailed: plan.strictFailed ?? false };
  return { run: rules.runAfter(before.run, change, nowMs, options), users };
}
