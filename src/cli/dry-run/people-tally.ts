import type { Qualification, Standing } from '../../engine/selection/qualify.ts';
import { needsAttention, SelectionTally } from '../../engine/selection.ts';
import { ownValue } from '../../filter/evaluation/paths.ts';
import type { LeftOutReason } from '../../model/selection.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import { leftOutWarnings } from '../terminal/left-out.ts';
import type { LeftOutPerson, ProcessedPerson } from './dry-run.ts';

/** Counts of all users in the file. */
export interface SelectedPeople {
  readonly processed: readonly ProcessedPerson[];
  readonly notProcessed: readonly LeftOutPerson[];
  readonly warnings: readonly string[];
  /** Attributes cannot be read, or no user has them: `--strict` would refuse it. */
  readonly needsAttention: boolean;
}

/** A tally that also lists the users that were left out, with the reasons. */
export class PeopleTally extends SelectionTally {
  readonly #notProcessed: LeftOutPerson[] = [];
  /** Attributes whose value says when a user is due; empty: no user is due by a date. */
  readonly #dates: readonly string[];

  /** @param seesAll see {@link SelectionTally}. @param isByDate dates say who is due. */
  constructor(uses: Qualification['attributes'], seesAll: boolean, isByDate: boolean) {
    super(uses, seesAll);
    this.#dates = (isByDate && uses.find(({ usedBy }) => usedBy === 'trigger')?.names) || [];
  }

  override add(subject: Subject, standing: Standing): void {
    super.add(subject, standing);
    if (standing.kind === 'due') return;
    this.#notProcessed.push({
      id: subject.id,
      reason: standing.kind,
      ...this.#attributeOf(subject, standing),
    });
  }

  override passOver(reason: LeftOutReason, subjectId: string): void {
    super.passOver(reason, subjectId);
    this.#notProcessed.push({ id: subjectId, reason });
  }

  /** @param users as {@link streamingAll} has them. */
  async people(users: Directory, processed: readonly ProcessedPerson[]): Promise<SelectedPeople> {
    const selection = await this.result(users, processed.length);
    return {
      processed,
      notProcessed: this.#notProcessed,
      warnings: leftOutWarnings(selection),
      needsAttention: needsAttention(selection),
    };
  }

  #attributeOf(subject: Subject, standing: Standing): Pick<LeftOutPerson, 'attribute' | 'value'> {
    if ('attribute' in standing) return { attribute: standing.attribute, value: standing.value };
    if (standing.kind !== 'notDue' && standing.kind !== 'noDate') return {};
    const valueIn = (name: string): unknown => ownValue(subject, name.split('/')) ?? null;
    const attribute = this.#dates.find((name) => valueIn(name) !== null) ?? this.#dates[0];
    return attribute === undefined ? {} : { attribute, value: valueIn(attribute) };
  }
}

/** The directory without its index: users that a rule leaves out are read, too. */
export function streamingAll(users: Directory): Directory {
  return {
    get: (ids) => users.get(ids),
    query: () => users.query(null),
    ...(users.attributes && { attributes: users.attributes.bind(users) }),
    ...(users.changes && { changes: users.changes.bind(users) }),
  };
}
