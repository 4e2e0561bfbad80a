import { LifecycleError } from '../../../errors/lifecycle-error.ts';
import type { RecordedFailure } from '../../../model/failures.ts';
import type { Admission, Note, RunRecord, UserRecord, WorkflowRecord } from '../../../model/records.ts';
import type { SliceKey } from '../../../model/slices.ts';
import type { Workflow } from '../../../model/workflow/workflow.ts';
import type { StoreTransaction } from '../../../ports/store.ts';
import { NaiveReader } from './naive-reader.ts';

/**
 * What a store must do, as naively as it can be written: plain maps, everything searched from end to
 * end. Roll back by working on a {@link NaiveTransaction.clone} and throwing it away.
 */
export class NaiveTransaction extends NaiveReader implements StoreTransaction {
  /** The same content in maps of its own. */
  clone(): NaiveTransaction {
    const copy = new NaiveTransaction();
    copyInto(copy.workflows, this.workflows);
    copyInto(copy.versions, this.versions);
    copyInto(copy.runs, this.runs);
    copyInto(copy.runNos, this.runNos);
    copyInto(copy.users, this.users);
    copyInto(copy.admissions, this.admissions);
    copyInto(copy.notes, this.notes);
    copyInto(copy.settings, this.settings);
    copyInto(copy.failures, this.failures);
    return copy;
  }

  async putWorkflow(record: WorkflowRecord): Promise<void> {
    const { workflow } = record;
    this.workflows.set(workflow.id, record);
    this.versions.set(JSON.stringify([workflow.id, workflow.version]), workflow);
  }

  async deleteWorkflow(id: string): Promise<void> {
    this.workflows.delete(id);
    dropWhere(this.versions, (version: Workflow) => version.id === id);
    dropWhere(this.admissions, (admission: Admission) => admission.workflowId === id);
    for (const run of [...this.runs.values()]) if (run.workflowId === id) await this.deleteRun(run.id);
  }

  async insertRun(run: RunRecord): Promise<void> {
    const taken = [...this.runs.values()].some(
      (other) =>
        other.id === run.id ||
        (run.slotAtMs !== null && other.slotAtMs === run.slotAtMs && other.workflowId === run.workflowId),
    );
    if (taken) throw new LifecycleError('Duplicate', `Run ${run.id} or its slot exists`);
    this.runs.set(run.id, run);
    this.runNos.set(run.id, 1 + Math.max(0, ...this.runNos.values()));
  }

  async putRun(run: RunRecord): Promise<void> {
    if (!this.runs.has(run.id)) throw new Error(`No run ${run.id}`);
    this.runs.set(run.id, run);
  }

  async deleteRun(id: string): Promise<void> {
    this.runs.delete(id);
    dropWhere(this.users, (user: UserRecord) => user.runId === id);
    dropWhere(this.failures, ({ runId }) => runId === id);
  }

  async insertUsers(users: readonly UserRecord[]): Promise<void> {
    for (const user of users) {
      const taken = this.usersOf(user.runId).some(
        (other) => other.ordinal === user.ordinal || other.subjectId === user.subjectId,
      );
      if (taken) throw new LifecycleError('Duplicate', `User ${user.ordinal} or ${user.subjectId} exists`);
      this.users.set(JSON.stringify([user.runId, user.ordinal]), user);
    }
  }

  async putUsers(users: readonly UserRecord[]): Promise<void> {
    for (const user of users) {
      const key = JSON.stringify([user.runId, user.ordinal]);
      if (!this.users.has(key)) throw new Error(`No user ${user.ordinal}`);
      this.users.set(key, user);
    }
  }

  async addFailures({ runId }: SliceKey, failures: readonly RecordedFailure[]): Promise<void> {
    if (!this.runs.has(runId)) throw new LifecycleError('NotFound', `No run ${runId}`);
    for (const failure of failures)
      this.failures.set(JSON.stringify([runId, failure.key, failure.ordinal]), { ...failure, runId });
  }

  async putAdmissions(admissions: readonly Admission[]): Promise<void> {
    for (const admission of admissions) {
      this.admissions.set(JSON.stringify([admission.workflowId, admission.subjectId]), admission);
    }
  }

  async deleteAdmissions(workflowId: string, runId: string, subjectIds: readonly string[]): Promise<void> {
    dropWhere(
      this.admissions,
      (one: Admission) =>
        one.workflowId === workflowId && one.runId === runId && subjectIds.includes(one.subjectId),
    );
  }

  async purgeAdmissions(workflowId: string, beforeMs: number): Promise<void> {
    dropWhere(this.admissions, (one: Admission) => one.workflowId === workflowId && one.dueAtMs < beforeMs);
  }

  async putNotes(notes: readonly Note[]): Promise<void> {
    for (const note of notes) this.notes.set(JSON.stringify([note.collection, note.key]), note);
  }

  async deleteNotes(collection: string, keys: readonly string[]): Promise<void> {
    for (const key of keys) this.notes.delete(JSON.stringify([collection, key]));
  }

  async purgeNotes(collection: string, prefix: string): Promise<void> {
    dropWhere(this.notes, (note: Note) => note.collection === collection && note.key.startsWith(prefix));
  }

  async putSetting(name: string, value: string): Promise<void> {
    this.settings.set(name, value);
  }
}

function copyInto<K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void {
  for (const [key, value] of source) target.set(key, value);
}

function dropWhere<V>(map: Map<string, V>, isDropped: (value: V) => boolean): void {
  for (const [key, value] of [...map]) if (isDropped(value)) map.delete(key);
}
