/** Counts the subjects that a slot or a rule selects, and those left out with the reason. */

import { LifecycleError } from '../errors/lifecycle-error.ts';
import { escapeHidden, reportedValue, shown } from '../errors/shown.ts';
import { ownValue } from '../filter/evaluation/paths.ts';
import type { ParsedScopeRule } from '../filter/parsing/scope-rule.ts';
import { AttributeNames } from '../input/attribute-names.ts';
import { nearest } from '../input/nearest.ts';
import { LIMITS } from '../model/limits.ts';
import type {
  LeftOutReason,
  LeftOutSubject,
  MissingAttribute,
  Selection,
  UnreadableSelection,
} from '../model/selection.ts';
import type { Subject } from '../model/subject.ts';
import type { Directory, DirectoryAttribute } from '../ports/directory.ts';
import { type AttributeUse, type Standing, standingInScope } from './selection/qualify.ts';

/** Number of people whose attributes stand for those of a directory that does not name its attributes. */
const SAMPLE_SIZE = 100;

interface Wanted {
  readonly use: AttributeUse;
  readonly paths: readonly (readonly string[])[];
}

/** Without a schedule no moment makes a subject due. */
const SELECTED: Standing = { kind: 'due', dueAtMs: 0 };

/** The tally of one selection. */
export class SelectionTally {
  readonly #uses: readonly AttributeUse[];
  /** Uses of attributes that no subject had so far. */
  #wanted: readonly Wanted[];
  readonly #sample = new AttributeNames();
  /** How many more people have the names of their attributes collected. */
  #sampled: number;
  readonly #counts = {
    notDue: 0,
    alreadyTaken: 0,
    inAnotherRun: 0,
    noDate: 0,
    unreadableDate: 0,
    unreadableScope: 0,
  };
  readonly #named: LeftOutSubject[] = [];
  #due = 0;

  /** @param seesAll `false`: only some people are examined, which says nothing about the attributes of others. */
  constructor(uses: readonly AttributeUse[], seesAll: boolean) {
    this.#uses = uses;
    this.#wanted = uses.map((use) => ({ use, paths: use.names.map((name) => name.split('/')) }));
    this.#sampled = seesAll ? SAMPLE_SIZE : 0;
  }

  /** Counts a subject that was examined. */
  add(subject: Subject, standing: Standing): void {
    if (this.#wanted.length > 0) {
      this.#wanted = this.#wanted.filter(
        ({ paths }) => !paths.some((path) => isThere(ownValue(subject, path))),
      );
      if (this.#sampled > 0) {
        this.#sampled -= 1;
        this.#sample.add(subject);
      }
    }
    switch (standing.kind) {
      case 'due':
        this.#due += 1;
        return;
      case 'notDue':
        this.#counts.notDue += 1;
        return;
      case 'noDate':
        this.#name('noDate', subject.id, this.#triggerAttribute, 'dateTime', null);
        return;
      case 'unreadableDate':
        this.#name('unreadableDate', subject.id, standing.attribute, 'dateTime', standing.value);
        return;
      case 'unreadableScope':
        this.#name('unreadableScope', subject.id, standing.attribute, standing.expected, standing.value);
    }
  }

  /** Counts a subject that a rule is evaluated for, and returns whether the rule selects it. */
  select(rule: ParsedScopeRule, subject: Subject): boolean {
    const standing = standingInScope(rule, subject) ?? SELECTED;
    this.add(subject, standing);
    return standing === SELECTED;
  }

  /** Counts a subject that was due but is not taken. */
  passOver(reason: LeftOutReason, _subjectId: string): void {
    this.#counts[reason] += 1;
    this.#due -= 1;
  }

  /** @param takenCount people in the run: another scheduler may have taken some of those who were due. */
  async result(directory: Directory, takenCount: number = this.#due): Promise<Selection> {
    const counts = { ...this.#counts, alreadyTaken: this.#counts.alreadyTaken + this.#due - takenCount };
    const isComplete = this.#wanted.length === 0 && this.#named.every(({ reason }) => reason === 'noDate');
    const attributes = isComplete ? null : ((await directory.attributes?.()) ?? null);
    const { unreadableScope, ...inScope } = counts;
    return {
      inScopeCount: takenCount + Object.values(inScope).reduce((sum, count) => sum + count, 0),
      takenCount,
      leftOutCounts: { ...inScope, unreadableScope },
      leftOut: this.#named.map((one) => ({ ...one, column: columnOf(attributes, one.attribute) })),
      missingAttributes: this.#missing(attributes),
    };
  }

  get #triggerAttribute(): string {
    return this.#uses.find(({ usedBy }) => usedBy === 'trigger')?.names[0] ?? '';
  }

  #name(
    reason: LeftOutSubject['reason'],
    subjectId: string,
    attribute: string,
    expected: LeftOutSubject['expected'],
    value: unknown,
  ): void {
    this.#counts[reason] += 1;
    if (this.#counts[reason] > LIMITS.leftOutNamed) return;
    this.#named.push({ subjectId, reason, attribute, expected, column: null, value: reportedValue(value) });
  }

  #missing(attributes: readonly DirectoryAttribute[] | null): readonly MissingAttribute[] {
    const names = attributes?.map(({ name }) => name) ?? this.#sample.names;
    // Nothing is known about a directory that streamed no subjects and does not name its attributes.
    if (names.length === 0) return [];
    const columns = attributes?.map(({ name, column }) => column ?? name) ?? names;
    return this.#wanted.flatMap(({ use }) => {
      if (use.names.some((wanted) => names.some((name) => name === wanted || name.startsWith(`${wanted}/`))))
        return [];
      const near = use.names.map((wanted) => nearest(wanted, columns)).find((name) => name !== null);
      return { ...use, known: columns.slice(0, LIMITS.attributesNamed), suggestion: near ?? null };
    });
  }
}

/** Whether the subjects that were left out need attention. */
export function needsAttention({ leftOutCounts, missingAttributes }: UnreadableSelection): boolean {
  return leftOutCounts.unreadableDate + leftOutCounts.unreadableScope > 0 || missingAttributes.length > 0;
}

/** Error of a strict selection. */
export function leftOutError(selection: Selection): LifecycleError<'SubjectsLeftOut'> {
  return new LifecycleError(
    'SubjectsLeftOut',
    `Expected attributes that say who is to be taken, got: ${leftOutSentences(selection).join('; ')}`,
    { selection },
  );
}

/** What needs attention, a sentence for each kind, without a full stop. */
export function leftOutSentences({
  leftOut,
  leftOutCounts,
  missingAttributes,
}: UnreadableSelection): readonly string[] {
  const sentences: string[] = [];
  for (const reason of ['unreadableDate', 'unreadableScope'] as const) {
    const count = leftOutCounts[reason];
    if (count > 0)
      sentences.push(
        unreadableSentence(
          count,
          leftOut.filter((one) => one.reason === reason),
        ),
      );
  }
  for (const { names, usedBy, known, suggestion } of missingAttributes) {
    const meant = suggestion === null ? '' : `; ${suggestion} may be meant`;
    sentences.push(
      `No person has ${names.join(' or ')}, which the ${usedBy === 'trigger' ? 'trigger' : 'scope rule'} needs; there are ${known.join(', ')}${meant}`,
    );
  }
  return sentences.map((sentence) => escapeHidden(sentence));
}

/** @param first the first of them, all left out for one reason. */
function unreadableSentence(count: number, first: readonly LeftOutSubject[]): string {
  const whats = new Set(
    first.map(
      ({ attribute, column, expected }) =>
        `${column ?? attribute} cannot be read as a ${expected === 'dateTime' ? 'date' : 'boolean'}`,
    ),
  );
  const [what] = whats;
  const isOne = whats.size === 1;
  const people = first.map(({ subjectId, attribute, column, value }) =>
    isOne ? `${subjectId} ${shown(value)}` : `${subjectId} (${column ?? attribute} ${shown(value)})`,
  );
  const rest = count > first.length ? ` and ${count - first.length} more` : '';
  const why = isOne ? `whose ${what}` : 'who have values that cannot be read as dates or booleans';
  const where = first[0]?.reason === 'unreadableScope' ? ', as the scope rule wants' : '';
  return `${count} left out, ${why}${where}: ${people.join(', ')}${rest}`;
}

function columnOf(attributes: readonly DirectoryAttribute[] | null, wanted: string): string | null {
  return attributes?.find(({ name }) => name === wanted)?.column ?? null;
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
