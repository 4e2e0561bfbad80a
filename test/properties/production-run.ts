/** A run that is moved by the production rules, without store or engine: what the model is compared with. */
import { runIdFrom } from '../../src/model/ids.ts';
import type { RunRecord, UserRecord } from '../../src/model/records.ts';
import { NO_COUNTERS } from '../../src/rules/counters/counters.ts';
import { addUserMove, changeOf, runAfter } from '../../src/rules/status/run.ts';
import { decideUser, queuedUser, type UserEvent } from '../../src/rules/status/user.ts';
import type { ModelEvent, ModelPlan } from '../../src/testing/model/reference-model.ts';

export class ProductionRun {
  run: RunRecord;
  readonly users: UserRecord[];
  /** Every state that the run has had, the first included. */
  readonly steps: RunRecord[];
  readonly #plan: ModelPlan;
  #nowMs = 1_000;

  constructor(plan: ModelPlan) {
    this.#plan = plan;
    const tasks = plan.continueOnError.length;
    const base = {
      id: runIdFrom('00000000-0000-4000-8000-000000000000'),
      workflowVersion: 1,
      scheduledAtMs: 1_000,
    };
    this.users = Array.from({ length: plan.users }, (_, index) =>
      queuedUser(base, index + 1, `subject ${index}`, tasks, 1_000),
    );
    this.run = {
      ...base,
      ...NO_COUNTERS,
      workflowId: 'w',
      workflowDisplayName: 'w',
      createdBy: null,
      driver: 'engine',
      workflowExecutionType: 'onDemand',
      processingStatus: 'queued',
      startedAtMs: null,
      completedAtMs: null,
      lastUpdatedAtMs: 1_000,
      slotAtMs: null,
      totalUsersCount: plan.users,
      totalTasksCount: plan.users * tasks,
      totalUnprocessedTasksCount: plan.users * tasks,
      knownUsersCount: plan.users,
      knownTasksCount: plan.users * tasks,
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
    this.steps = [this.run];
  }

  /** Lets events happen in one commit, as the ledger does: users, counters and status together. */
  commit(events: readonly ModelEvent[]): void {
    const ofUsers = events.filter((event) => event.kind !== 'cancelRun');
    if (ofUsers.length > 0)
      this.#commitUsers(ofUsers.map((event) => [event.user, () => this.#userEvent(event)]));
    if (events.some((event) => event.kind === 'cancelRun')) this.#cancel();
  }

  /** Events are made one after another: what a task's end means depends on the user's current task. */
  #commitUsers(events: readonly (readonly [number, () => UserEvent])[]): void {
    const change = changeOf(this.run);
    for (const [no, makeEvent] of events) {
      const event = makeEvent();
      const before = this.users[no] as UserRecord;
      const decision = decideUser(before, event, this.run.processingStatus === 'canceling');
      if (decision.kind === 'refused') throw new Error(`Refused ${event.kind}: ${decision.code}`);
      addUserMove(change, before, decision.user, decision.moves);
      this.users[no] = decision.user;
    }
    this.#put(runAfter(this.run, change, this.#nowMs, { strictFailed: this.#plan.strictFailed ?? false }));
  }

  #cancel(): void {
    this.#put({
      ...this.run,
      processingStatus: 'canceling',
      lastUpdatedAtMs: Math.max(this.#nowMs, this.run.lastUpdatedAtMs + 1),
    });
    const queued = this.users.flatMap((user, no) => {
      const event: UserEvent = { kind: 'cancel', atMs: this.#nowMs, runningSinceMs: null };
      return user.processingStatus === 'queued' ? [[no, () => event] as const] : [];
    });
    if (queued.length > 0) this.#commitUsers(queued);
  }

  #put(run: RunRecord): void {
    this.run = run;
    this.steps.push(run);
  }

  #userEvent(event: Exclude<ModelEvent, { kind: 'cancelRun' }>): UserEvent {
    this.#nowMs += 1;
    const atMs = this.#nowMs;
    const user = this.users[event.user] as UserRecord;
    switch (event.kind) {
      case 'startUser':
        return { kind: 'start', atMs };
      case 'cancelUser':
        return { kind: 'cancel', atMs, runningSinceMs: null };
      case 'taskIsAbandoned':
        return { kind: 'cancel', atMs, runningSinceMs: atMs };
      case 'taskSucceeds':
      case 'taskFails': {
        const status = event.kind === 'taskSucceeds' ? 'completed' : 'failed';
        const continueOnError = this.#plan.continueOnError[user.outcomes?.length ?? 0] ?? false;
        return {
          kind: 'taskEnded',
          outcome: { status, startedAtMs: atMs, completedAtMs: atMs },
          continueOnError,
        };
      }
    }
  }
}
