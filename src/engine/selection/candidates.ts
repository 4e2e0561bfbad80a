/** Selects the subjects of a run. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import type { ParsedScopeRule } from '../../filter/parsing/scope-rule.ts';
import type { LedgerContext } from '../../ledger/context.ts';
import type { Candidate } from '../../ledger/planning/run-plan.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Admission } from '../../model/records.ts';
import type { EpochMs } from '../../model/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Directory } from '../../ports/directory.ts';
import { isAdmitted } from '../../rules/schedule/slots.ts';
import { isTerminal } from '../../rules/status/transitions.ts';
import type { SelectionTally } from '../selection.ts';
import { type ChangedSubject, changedSubjects } from './observe.ts';
import { pickFrom } from './pick-from.ts';
import { orUnreadable, type Qualification } from './qualify.ts';
import { subjectsOf } from './subjects-of.ts';

/** Maximum number of unknown subjects that an error names. */
const NAMED_MAX = 10;

/**
 * The subjects that were requested by id, without repeats, each known to the directory.
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
    const found = subjectsOf(batch, await directory.get(batch));
    if (found.includes(null)) unknown.push(...batch.filter((_, index) => found[index] === null));
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

/**
 * The subjects that a rule selects, at most `max`. Throws a LifecycleError `LimitExceeded` when read.
 *
 * @param tally counts every subject that is examined.
 */
export function candidatesByRule(
  rule: ParsedScopeRule,
  directory: Directory,
  max: number,
  tally: SelectionTally,
  clock?: Clock,
): AsyncGenerator<readonly Candidate[]> {
  let count = 0;
  return pickFrom(
    directory.query(orUnreadable(rule)),
    (subject) => {
      if (!tally.select(rule, subject)) return null;
      count += 1;
      if (count <= max) return { subjectId: subject.id, dueAtMs: null };
      throw new LifecycleError(
        'LimitExceeded',
        `Expected a rule that selects at most ${max} subjects, got more`,
        { limit: 'subjectsPerActivationMax', max },
      );
    },
    clock,
  );
}

/** A subject that qualifies, and the moment that makes it qualify. */
export interface Qualified {
  readonly subjectId: string;
  readonly dueAtMs: EpochMs;
}

/** Dependencies of {@link qualifying} and {@link candidatesDue}. */
export interface DueInput {
  readonly context: Pick<LedgerContext, 'store' | 'clock'>;
  readonly directory: Directory;
  readonly workflowId: string;
  readonly qualification: Qualification;
  readonly slotAtMs: EpochMs;
  /** Counts every subject that is examined. */
  readonly tally?: SelectionTally;
  /** The subjects that have changed, for a change trigger; absent: as noted so far. */
  readonly changed?: AsyncIterable<readonly ChangedSubject[]>;
}

/** The subjects that qualify at a slot, processed before or not, in batches of `LIMITS.usersPerBatch` at most. */
export async function* qualifying(input: DueInput): AsyncGenerator<readonly Qualified[]> {
  const { context, directory, qualification, slotAtMs, tally } = input;
  if (qualification.observation !== null) {
    for await (const some of input.changed ?? changedSubjects(input)) {
      yield some.flatMap(({ subject, changedAtMs }) => {
        const standing = qualification.standing(subject, slotAtMs, changedAtMs);
        tally?.add(subject, standing);
        return standing.kind === 'due' ? { subjectId: subject.id, dueAtMs: standing.dueAtMs } : [];
      });
    }
    return;
  }
  yield* pickFrom(
    directory.query(qualification.rule),
    (subject) => {
      const standing = qualification.standing(subject, slotAtMs);
      tally?.add(subject, standing);
      return standing.kind === 'due' ? { subjectId: subject.id, dueAtMs: standing.dueAtMs } : null;
    },
    context.clock,
  );
}

/**
 * The subjects that a schedule slot makes due: in scope, in the catch-up window, not admitted for the
 * same moment before, and not in the middle of an earlier run of the workflow (domain §3.2, §6.7).
 */
export async function* candidatesDue(input: DueInput): AsyncGenerator<readonly Candidate[]> {
  const { tally } = input;
  const earlier = await earlierRuns(input);
  for await (const batch of qualifying(input)) {
    const admissions = await earlier.admissionsOf(batch.map(({ subjectId }) => subjectId));
    const due: Candidate[] = [];
    for (const one of batch) {
      if (isAdmitted(admissions.get(one.subjectId), one.dueAtMs))
        tally?.passOver('alreadyTaken', one.subjectId);
      else if ((await earlier.underWay(one.subjectId)) !== null)
        tally?.passOver('inAnotherRun', one.subjectId);
      else due.push(one);
    }
    yield due;
  }
}

/** Candidates of a run that admits none of them: the schedule takes them all the same. */
export async function* withoutMoments(
  batches: AsyncIterable<readonly Candidate[]>,
): AsyncGenerator<readonly Candidate[]> {
  for await (const batch of batches) yield batch.map(({ subjectId }) => ({ subjectId, dueAtMs: null }));
}

/** What a workflow's earlier scheduled runs have done with subjects. */
export interface EarlierRuns {
  /** The last admission of each subject that has one. */
  admissionsOf(subjectIds: readonly string[]): Promise<ReadonlyMap<string, Admission>>;
  /** The unfinished run that has not finished with the subject; `null`: there is none. */
  underWay(subjectId: string): Promise<string | null>;
}

/** The earlier scheduled runs of a workflow, as of now. */
export async function earlierRuns({
  context,
  workflowId,
}: Pick<DueInput, 'context' | 'workflowId'>): Promise<EarlierRuns> {
  const { store } = context;
  const running = (await store.listUnfinishedRuns()).filter(
    (run) => run.published && run.workflowId === workflowId && run.workflowExecutionType === 'scheduled',
  );
  return {
    async admissionsOf(subjectIds) {
      const admissions = await store.getAdmissions(workflowId, subjectIds);
      return new Map(admissions.map((one) => [one.subjectId, one]));
    },
    async underWay(subjectId) {
      for (const { id } of running) {
        const user = await store.getUserBySubject(id, subjectId);
        if (user && !isTerminal(user.processingStatus)) return id;
      }
      return null;
    },
  };
}
