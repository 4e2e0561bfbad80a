/** The people that a run was made for, and the people left out. */

/**
 * Why a person is not in a run.
 *
 * | reason            | means                                                                              |
 * |-------------------|------------------------------------------------------------------------------------|
 * | `notDue`          | was due earlier, or will be later                                                  |
 * | `alreadyTaken`    | was in a run for the same trigger moment                                           |
 * | `inAnotherRun`    | an earlier scheduled run of the workflow has not finished with them                |
 * | `noDate`          | has no value in the trigger's attribute                                            |
 * | `unreadableDate`  | has one that is no date                                                            |
 * | `unreadableScope` | has a value that the scope rule compares with a date or a boolean, and that is none |
 */
export const LEFT_OUT_REASONS = [
  'notDue',
  'alreadyTaken',
  'inAnotherRun',
  'noDate',
  'unreadableDate',
  'unreadableScope',
] as const;
/** See {@link LEFT_OUT_REASONS}. */
export type LeftOutReason = (typeof LEFT_OUT_REASONS)[number];

/** A person left out because of an attribute. */
export interface LeftOutSubject {
  readonly subjectId: string;
  readonly reason: 'noDate' | 'unreadableDate' | 'unreadableScope';
  readonly attribute: string;
  /** What the value should be. */
  readonly expected: 'dateTime' | 'boolean';
  /** The directory's own name of the attribute, when it differs: the column of a file. */
  readonly column: string | null;
  /** The value; of arrays and objects only that it is one. Texts are cut at 100 characters. `null`: none. */
  readonly value: string | number | boolean | null;
}

/** An attribute that a workflow needs and no person in the directory has. */
export interface MissingAttribute {
  /** One of these would do; nearly always there is only one. */
  readonly names: readonly string[];
  readonly usedBy: 'trigger' | 'scope';
  /** The first attributes, or columns, that the directory does have. */
  readonly known: readonly string[];
  /** The most likely intended one of them. */
  readonly suggestion: string | null;
}

/** The part of a selection that concerns missing or unreadable attributes. */
export interface UnreadableSelection {
  readonly leftOutCounts: Readonly<Record<'unreadableDate' | 'unreadableScope', number>>;
  /** The first ten people for each reason that concerns attributes. */
  readonly leftOut: readonly LeftOutSubject[];
  /** Attributes that no person in the directory has. */
  readonly missingAttributes: readonly MissingAttribute[];
}

/** The people that a slot, or an activation by rule, selected. */
export interface Selection extends UnreadableSelection {
  /** People who are certainly in scope: `takenCount` and all of `leftOutCounts` but `unreadableScope`. */
  readonly inScopeCount: number;
  /** People in the run. */
  readonly takenCount: number;
  readonly leftOutCounts: Readonly<Record<LeftOutReason, number>>;
}
