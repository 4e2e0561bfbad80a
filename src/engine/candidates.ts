/** Whom a run is made for. */
import { LifecycleError } from '../errors/index.ts';
import type { LedgerContext } from '../ledger/context.ts';
import type { Candidate } from '../ledger/plan.ts';
import { LIMITS } from '../model/limits.ts';
import type { EpochMs } from '../model/time.ts';
import type { Directory, ScopeRule } from '../ports/directory.ts';
import type { Store } from '../ports/store.ts';
import { isTerminal } from '../rules/index.ts';
import { changedSubjects } from './observe.ts';
import type { Qualification } from './qualify.ts';

/** Unknown subjects that an error names at most. */
const NAMED_MAX = 10;

/**
 * The subjects that somebody asked for by id, repeats collapsed, each known to the directory.
 *
 * @throws LifecycleError `SubjectUnknown`, naming the first ones.
 */
export async function candidatesByIds(
  ids: readonly string[],
  directory: Directory,
): Promise<readonly Candidate[]> {
  const unique = [...new Set(ids)];
  const unknown: string[] = [];
  for (let start = 0; start < unique.length; start += LIMITS.usersPerBatch) {
    const batch = unique.slice(start, start + LIMITS.usersPerBatch);
    const found = new Set((await directory.get(batch)).map((subject) => subject.id));
    unknown.push(...batch.filter((id) => !found.has(id)));
  }
  if (unknown.length === 0) return unique.map((subjectId) => ({ subjectId, dueAtMs: null }));
  const named = unknown.slice(0, NAMED_MAX);
  const more = unknown.length > named.length ? ` and ${unknown.length - named.length} more` : '';
  throw new LifecycleError(
    'SubjectUnknown',
    `Expected subjects that the directory knows, got \`${named.join('`, `')}\`${more}`,
    {
      ids: named,
      count: unknown.length,
    },
  );
}

/** The subjects that a rule selects, at most `max`. @throws LifecycleError `LimitExceeded`. */
export async function* candidatesByRule(
  rule: ScopeRule,
  directory: Directory,
  max: number,
): AsyncGenerator<Candidate> {
  let count = 0;
  for await (const subject of directory.query(rule)) {
    if (!rule.matches(subject)) continue;
    count += 1;
    if (count > max) {
      throw new LifecycleError(
        'LimitExceeded',
        `Expected a rule that selects at most ${max} subjects, got more`,
        { limit: 'maxSubjectsPerActivation', max },
      );
    }
    yield { subjectId: subject.id, dueAtMs: null };
  }
}

/**
 * The subjects that a schedule slot makes due: in scope, in the catch-up window, not admitted for the
 * same moment before, and not in the middle of an earlier run of the workflow (domain §3.2, §6.7).
 */
export async function* candidatesDue(
  qualification: Qualification,
  slotAtMs: EpochMs,
  workflowId: string,
  directory: Directory,
  context: LedgerContext,
): AsyncGenerator<Candidate> {
  const { store } = context;
  let batch: { subjectId: string; dueAtMs: EpochMs }[] = [];
  const running = (await store.listUnfinishedRuns()).filter(
    (run) => run.published && run.workflowId === workflowId && run.workflowExecutionType === 'scheduled',
  );
  const fresh = async () => {
    const admitted = await store.getAdmissions(
      workflowId,
      batch.map((one) => one.subjectId),
    );
    const dueBySubject = new Map(admitted.map((one) => [one.subjectId, one.dueAtMs]));
    const news = batch.filter((one) => dueBySubject.get(one.subjectId) !== one.dueAtMs);
    batch = [];
    const idle: Candidate[] = [];
    for (const one of news)
      if (
        !(await isUnderWay(
          store,
          running.map((run) => run.id),
          one.subjectId,
        ))
      )
        idle.push(one);
    return idle;
  };
  if (qualification.observation !== null) {
    const sinceMs = slotAtMs - qualification.reachMs;
    for await (const some of changedSubjects({ context, directory, workflowId }, sinceMs)) {
      for (const { subject, changedAtMs } of some) {
        const dueAtMs = qualification.dueAt(subject, slotAtMs, changedAtMs);
        if (dueAtMs !== null) batch.push({ subjectId: subject.id, dueAtMs });
      }
      yield* await fresh();
    }
    return;
  }
  for await (const subject of directory.query(qualification.rule)) {
    const dueAtMs = qualification.dueAt(subject, slotAtMs);
    if (dueAtMs === null) continue;
    batch.push({ subjectId: subject.id, dueAtMs });
    if (batch.length === LIMITS.usersPerBatch) yield* await fresh();
  }
  yield* await fresh();
}

async function isUnderWay(store: Store, runIds: readonly string[], subjectId: string): Promise<boolean> {
  for (const runId of runIds) {
    const user = await store.getUserBySubject(runId, subjectId);
    if (user && !isTerminal(user.processingStatus)) return true;
  }
  return false;
}
