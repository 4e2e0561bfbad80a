/**
 * Watches a scenario and says what is wrong with it. It knows the domain's invariants by `test/model` only, keeps
 * its own record of what was committed and of every call, and believes nothing that production says of itself.
 */
import { addressOf, taskResultId } from '../../src/model/ids.ts';
import type { RunRecord, TaskOutcome, UserRecord } from '../../src/model/records.ts';
import type { TaskContext } from '../../src/ports/task-handler.ts';
import type { StoredSlice } from '../../src/stores/memory/reader.ts';
import { isTerminal } from '../../src/testing/model/edges.ts';
import { violationsOf } from '../../src/testing/model/invariants.ts';
import { aggregate } from '../../src/testing/model/recount.ts';
import {
  type RunSnapshot,
  snapshotOfRecords,
  snapshotOfUser,
  type UserSnapshot,
} from '../../src/testing/model/snapshot.ts';
import { type Part, partAt, partFindings, partsOf } from './parts.ts';
import type { TaskPlan } from './plan.ts';
import type { TouchedRun } from './shaky-store.ts';

/** One call of a handler. */
export interface HandlerCall {
  readonly key: string;
  readonly process: number;
  /** The newest claim of its process. */
  readonly claim: number;
  result: 'running' | 'resolved' | 'rejected';
  /** What it threw says this; `null`: it cannot be foretold. */
  reason: string | null;
}

interface Known {
  run: RunRecord;
  users: readonly UserRecord[];
  snapshot: RunSnapshot;
  /** Its slices; one, where the run's own record is that of its slice. */
  parts: readonly Part[];
  wasCanceling: boolean;
}

/** What a judge must know of a scenario beforehand. */
export interface Terms {
  readonly strictFailed: boolean;
  readonly interruptionsMax: number;
  /** Nothing happens because of which a process could be taken for dead. */
  readonly isPeaceful: boolean;
  /** By workflow id. */
  readonly tasks: ReadonlyMap<string, readonly TaskPlan[]>;
}

/** The judge of one scenario. */
export class Judge {
  /** What is wrong: a rule, a colon, and what happened. */
  readonly violations: string[] = [];
  /** Runs and workflows that a caller asked to cancel, disable or delete. */
  readonly mayCancel = new Set<string>();
  readonly mayDelete = new Set<string>();
  /** Runs that were begun to be written and are neither published nor removed. */
  readonly halfWritten = new Set<string>();
  readonly #terms: Terms;
  readonly #runs = new Map<string, Known>();
  readonly #gone = new Set<string>();
  readonly #slots = new Map<string, string>();
  /** Workflow and subject → the scheduled run in which the subject started. */
  readonly #startedIn = new Map<string, string>();
  readonly #calls = new Map<string, HandlerCall[]>();
  /** The claim under which each outcome was recorded. */
  readonly #recordedUnder = new Map<string, number>();
  /** Process and run or user → reported that it is over. */
  readonly #reported = new Set<string>();
  readonly #heardCanceling = new Set<string>();
  readonly #ofUsers = new WeakMap<UserRecord, UserSnapshot>();

  constructor(terms: Terms) {
    this.#terms = terms;
  }

  /** Published runs, in the order in which they appeared. */
  get runs(): readonly RunRecord[] {
    return [...this.#runs.values()].map(({ run }) => run);
  }

  get unfinished(): readonly RunRecord[] {
    return this.runs.filter((run) => !isTerminal(run.processingStatus));
  }

  /** Whether no run is unfinished; asked at every instant. */
  get areAllFinished(): boolean {
    for (const { run } of this.#runs.values()) if (!isTerminal(run.processingStatus)) return false;
    return true;
  }

  get runsMade(): number {
    return this.#runs.size + this.#gone.size;
  }

  isGone(runId: string): boolean {
    return this.#gone.has(runId);
  }

  find(rule: string, what: string): void {
    if (this.violations.length < 20) this.violations.push(`${rule}: ${what}`);
  }

  // --- commits -----------------------------------------------------------------------------------

  /** A commit of a process, as it left each run that it wrote. */
  committed(process: number, touched: readonly TouchedRun[]): void {
    for (const { id, run, users, slices } of touched) {
      if (run?.published === false) this.halfWritten.add(id);
      else this.halfWritten.delete(id);
      if (run === null) this.#deleted(id);
      else if (run.published) this.#wrote(process, run, users, slices);
      else if (this.#runs.has(id)) this.find('published', `run ${id} became invisible`);
    }
  }

  #deleted(id: string): void {
    if (this.#runs.has(id) && !this.mayDelete.has(id)) this.find('lost', `run ${id} is gone unasked`);
    this.#runs.delete(id);
    this.#gone.add(id);
  }

  #wrote(
    process: number,
    run: RunRecord,
    users: readonly UserRecord[],
    slices: readonly StoredSlice[],
  ): void {
    const before = this.#runs.get(run.id) ?? null;
    const flags = this.#tasksOf(run).map((task) => task.continueOnError);
    const snapshot = snapshotOfRecords(run, users, flags, (user) => this.#snapshotOf(user));
    // Several processes commit in one moment, by clocks that differ.
    for (const { rule, what } of violationsOf(snapshot, before?.snapshot ?? null))
      if (rule !== 'I12' || slices.length === 0) this.find(rule, `run ${run.id}: ${what}`);
    const known: Known = {
      run,
      users,
      snapshot,
      parts: partsOf(process, run, slices, before?.parts ?? []),
      wasCanceling: (before?.wasCanceling ?? false) || run.processingStatus === 'canceling',
    };
    this.#runs.set(run.id, known);
    if (before) this.#checkKept(before, known);
    for (const [rule, what] of partFindings(before, known, this.#terms.isPeaceful))
      this.find(rule, `run ${run.id}: ${what}`);
    this.#checkSlot(run);
    for (const [index, user] of users.entries()) this.#checkUser(process, known, before?.users[index], user);
    if (isTerminal(run.processingStatus) && !isTerminal(before?.run.processingStatus ?? 'queued'))
      this.#checkEnding(known);
  }

  #snapshotOf(user: UserRecord): UserSnapshot {
    const known = this.#ofUsers.get(user);
    if (known) return known;
    const snapshot = snapshotOfUser(user);
    this.#ofUsers.set(user, snapshot);
    return snapshot;
  }

  #checkKept(before: Known, { run }: Known): void {
    if (!isTerminal(before.run.processingStatus)) return;
    const visible = (record: RunRecord) => JSON.stringify({ ...record, claim: 0, inHand: false });
    if (visible(run) !== visible(before.run)) this.find('final', `run ${run.id} changed after its end`);
  }

  #checkSlot({ id, workflowId, slotAtMs }: RunRecord): void {
    if (slotAtMs === null) return;
    const slot = `${workflowId} ${slotAtMs}`;
    const other = this.#slots.get(slot);
    if (other !== undefined && other !== id && !this.#gone.has(other))
      this.find('slot', `runs ${other} and ${id} are both of slot ${slotAtMs}`);
    this.#slots.set(slot, id);
  }

  #checkUser(process: number, known: Known, before: UserRecord | undefined, user: UserRecord): void {
    if (before === undefined || before === user) return;
    const { run } = known;
    const part = partAt(known.parts, user.ordinal);
    const name = `user ${user.ordinal} of run ${run.id}`;
    const old = before.outcomes ?? [];
    const outcomes = user.outcomes ?? [];
    if (!old.every((outcome, index) => isSame(outcome, outcomes[index])))
      this.find('kept', `${name}: a recorded outcome changed`);
    const isDriven = before.processingStatus === 'inProgress' || user.processingStatus === 'inProgress';
    if (isDriven && part.holder !== process && !part.isDrained && !isSame(before, user))
      this.find('fence', `${name}: process ${process} wrote under the claim of process ${part.holder}`);
    outcomes.slice(old.length).forEach((outcome, index) => {
      const position = old.length + index + 1;
      this.#recordedUnder.set(taskResultId(run.id, user.ordinal, position), part.claim);
      this.#checkOutcome(run, before, position, outcome);
    });
    if ((user.attempts?.interruptions ?? 0) > part.takeovers)
      this.find('interruptions', `${name}: more interruptions than times it was taken over`);
    if (user.processingStatus === 'canceled' && before.processingStatus !== 'canceled')
      this.#checkCanceled(run, name);
    if (before.startedAtMs !== null || user.startedAtMs === null) return;
    this.#checkOnce(run, user);
    if (part.wasCanceling) this.find('cancel', `${name} started after the cancel of its run`);
  }

  #checkCanceled(run: RunRecord, name: string): void {
    if (!this.mayCancel.has(run.id) && !this.mayCancel.has(run.workflowId))
      this.find('canceled', `${name} was canceled, without a request to cancel it`);
  }

  /** No subject is processed twice for the same trigger moment; each subject has one in a scenario. */
  #checkOnce(run: RunRecord, user: UserRecord): void {
    if (run.workflowExecutionType !== 'scheduled') return;
    const key = `${run.workflowId} ${user.subjectId}`;
    const other = this.#startedIn.get(key);
    if (other !== undefined && other !== run.id)
      this.find('once', `${user.subjectId} started in scheduled runs ${other} and ${run.id}`);
    this.#startedIn.set(key, run.id);
  }

  /** What is recorded has happened. */
  #checkOutcome(run: RunRecord, before: UserRecord, position: number, outcome: TaskOutcome): void {
    const key = taskResultId(run.id, before.ordinal, position);
    const calls = this.#calls.get(key) ?? [];
    const { status, failureReason = '' } = outcome;
    if (status === 'completed') {
      if (!calls.some((call) => call.result === 'resolved'))
        this.find('effect', `task ${key} is recorded completed, and no call of it resolved`);
    } else if (status === 'canceled') this.#checkCanceled(run, `task ${key}`);
    else if (failureReason.startsWith('Timed out')) {
      if (this.#tasksOf(run)[position - 1]?.timeoutMs === null)
        this.find('effect', `task ${key} timed out and has no time-out`);
    } else if (failureReason.startsWith('Interrupted')) {
      if ((before.attempts?.interruptions ?? 0) <= this.#terms.interruptionsMax)
        this.find('effect', `task ${key} is worn out by too few interruptions`);
    } else if (
      !calls.some(
        ({ result, reason }) => result === 'rejected' && (reason ?? failureReason) === failureReason,
      )
    )
      this.find(
        'effect',
        `task ${key} is recorded failed by \`${failureReason}\`, and no call of it threw that`,
      );
  }

  /** The final status is the one of domain §6.4. */
  #checkEnding({ run, users, wasCanceling }: Known): void {
    const count = (status: string) => users.filter((user) => user.processingStatus === status).length;
    const expected = aggregate({
      C: count('completed'),
      E: count('completedWithErrors'),
      F: count('failed'),
      X: count('canceled'),
      wasCanceling,
      completedTasks: users
        .flatMap(({ outcomes }) => outcomes ?? [])
        .filter(({ status }) => status === 'completed').length,
      strictFailed: this.#terms.strictFailed,
    });
    if (run.processingStatus !== expected)
      this.find('6.4', `run ${run.id} ended ${run.processingStatus}, and its users give ${expected}`);
  }

  // --- calls -------------------------------------------------------------------------------------

  /** A handler begins. */
  called(process: number, context: TaskContext): HandlerCall {
    const { idempotencyKey: key } = context;
    const earlier = this.#calls.get(key) ?? [];
    const address = addressOf(key);
    const known = this.#runs.get(address?.runId ?? '');
    const part = known && address ? partAt(known.parts, address.ordinal) : null;
    const claim = part?.claims.get(process) ?? 0;
    const call: HandlerCall = { key, process, claim, result: 'running', reason: null };
    this.#calls.set(key, [...earlier, call]);
    if (!known || !part || !address) {
      if (!this.#gone.has(address?.runId ?? '')) this.find('start', `call ${key} is of no run`);
      return call;
    }
    if (this.#heardCanceling.has(`${process} ${known.run.id}`))
      this.find('cancel', `call ${key} began after its process heard of the cancel`);
    if (earlier.some((one) => one.process === process && one.claim === claim && one.result === 'running'))
      this.find('overlap', `call ${key} runs twice at once in process ${process}`);
    if ((this.#recordedUnder.get(key) ?? Number.POSITIVE_INFINITY) <= claim)
      this.find('repeated', `call ${key} began under claim ${claim}, and its outcome was recorded before`);
    // A process that has lost its claim without knowing it may call once more; only its writes are fenced.
    if (part.holder === process) this.#checkCall(known, part, context, earlier.length, address);
    return call;
  }

  #checkCall(
    { run, users }: Known,
    { takeovers, isDrained }: Part,
    { attempt, interruptions }: TaskContext,
    earlier: number,
    { ordinal, position }: { readonly ordinal: number; readonly position: number },
  ): void {
    const user = users[ordinal - 1];
    const name = `task ${position} of user ${ordinal} of run ${run.id}`;
    if (user?.processingStatus !== 'inProgress' || user.outcomes?.length !== position - 1)
      this.find(
        'start',
        `${name} began, and its user is ${user?.processingStatus} at ${user?.outcomes?.length}`,
      );
    if (isDrained) this.find('cancel', `${name} began in a slice that was claimed after its cancel`);
    if (earlier > attempt - 1 + interruptions)
      this.find(
        'interruptions',
        `${name} is given ${attempt - 1} failures and ${interruptions} interruptions, and was called ${earlier} times`,
      );
    if (interruptions > takeovers)
      this.find('interruptions', `${name} is given ${interruptions} interruptions in ${takeovers} takeovers`);
  }

  // --- events ------------------------------------------------------------------------------------

  heardCanceling(process: number, runId: string): void {
    this.#heardCanceling.add(`${process} ${runId}`);
  }

  heardEnd(process: number, what: 'run' | 'user', runId: string, id: string): void {
    const key = `${process} ${id}`;
    if (this.#reported.has(key))
      this.find('events', `process ${process} reported twice that ${what} ${id} is over`);
    this.#reported.add(key);
    const known = this.#runs.get(runId);
    if (!known) {
      if (!this.#gone.has(runId))
        this.find('events', `${what} ${id} is reported to be over and is not there`);
      return;
    }
    const record = what === 'run' ? known.run : known.users[(addressOf(id)?.ordinal ?? 0) - 1];
    if (!record || !isTerminal(record.processingStatus))
      this.find('events', `${what} ${id} is reported to be over and is ${record?.processingStatus}`);
  }

  #tasksOf(run: RunRecord): readonly TaskPlan[] {
    return this.#terms.tasks.get(run.workflowId) ?? [];
  }
}

function isSame(one: object, other: object | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}
