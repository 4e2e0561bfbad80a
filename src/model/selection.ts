/** Who a run was made for, and who was left out. */

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

/** A person who was left out because of an attribute. */
export interface LeftOutSubject {
  readonly subjectId: string;
  readonly reason: 'noDate' | 'unreadableDate' | 'unreadableScope';
  readonly attribute: string;
  /** What the value should be. */
  readonly expected: 'dateTime' | 'boolean';
  /** What the directory calls the attribute, when it differs: the column of a file. */
  readonly column: string | null;
  /** The value; of arrays and objects only that it is one. Texts are cut at 100 characters. `null`: none. */
  readonly value: string | number | boolean | null;
}

/** An attribute that a workflow asks for, and that nobody has. */
export interface MissingAttribute {
  /** One of these would do; nearly always there is only one. */
  readonly names: readonly string[];
  readonly usedBy: 'trigger' | 'scope';
  /** The first attributes, or columns, that the directory does have. */
  readonly known: readonly string[];
  /** The one of them that is most likely meant. */
  readonly suggestion: string | null;
}

/** Of a selection, what can be told of people whose attributes are at fault. */
export interface UnreadableSelection {
  readonly leftOutCounts: Readonly<Record<'unreadableDate' | 'unreadableScope', number>>;
  /** The first ten for each reason that is a matter of their attributes. */
  readonly leftOut: readonly LeftOutSubject[];
  /** What nobody has, in all of the directory. */
  readonly missingAttributes: readonly MissingAttribute[];
}

/** Who a slot, or an activation by rule, selected. */
export interface Selection extends UnreadableSelection {
  /** People who are certainly in scope: `takenCount` and all of `leftOutCounts` but `unreadableScope`. */
  readonly inScopeCount: number;
  /** People in the run. */
  readonly takenCount: number;
  readonly leftOutCounts: Readonly<Record<LeftOutReason, number>>;
}
