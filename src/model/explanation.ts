/** The answer to "why was this person (not) processed", as a chain of conditions. */

/**
 * The conditions of a scheduled workflow, in the order in which a slot checks them.
 *
 * | condition    | is met when                                                                             |
 * |--------------|-----------------------------------------------------------------------------------------|
 * | `directory`  | the directory has the person                                                            |
 * | `workflow`   | the workflow is enabled and scheduled, and has a trigger and a task                      |
 * | `scope`      | the scope rule selects the person                                                       |
 * | `trigger`    | there is a moment that makes the person due: a date with its offset, or a change         |
 * | `slot`       | the moment has come at the slot                                                         |
 * | `catchUp`    | the slot is not too late for the moment                                                 |
 * | `admission`  | no run has taken the person for the same moment, and none is in the middle of it         |
 * | `quarantine` | the workflow is not in quarantine, and the slot takes no more people than allowed        |
 * | `run`        | the person was processed: their last result in a run of the workflow is `completed`      |
 */
export const EXPLAINED_CONDITIONS = [
  'directory',
  'workflow',
  'scope',
  'trigger',
  'slot',
  'catchUp',
  'admission',
  'quarantine',
  'run',
] as const;
/** See {@link EXPLAINED_CONDITIONS}. */
export type ExplainedCondition = (typeof EXPLAINED_CONDITIONS)[number];

/** A value that decided, or that the decision gave: an attribute, a moment, the id of a run. */
export interface ExplainedValue {
  /** An attribute (`employeeHireDate`), or what the value is (`runId`, `untilDateTime`). */
  readonly name: string;
  /**
   * Of an attribute: texts are cut at 100 characters; of an array there is a text with its first elements, of other
   * objects only that it is one. `null`: there is no value. Attributes are personal data: show them to those who may see
   * them, log none.
   */
  readonly value: string | number | boolean | null;
}

/** A part of a scope rule, and its result for a person. */
export interface ExplainedClause {
  /** Depth in the rule: the whole of it has 0. A clause stands before its parts. */
  readonly level: number;
  /** The clause as a rule, cut at 200 characters. */
  readonly text: string;
  /**
   * `unknown`: a function has no value to work on, or a value cannot be read as the date or the boolean that it is
   * compared with. A rule that is unknown as a whole is not met.
   */
  readonly result: 'met' | 'notMet' | 'unknown';
  /** The attributes that it reads, with their values; empty for `and`, `or` and `not`. */
  readonly values: readonly ExplainedValue[];
}

/** One condition. */
export interface ExplainedStep {
  readonly condition: ExplainedCondition;
  /** `notEvaluated`: an earlier condition leaves nothing to decide, or nothing is known. */
  readonly result: 'met' | 'notMet' | 'notEvaluated';
  /** A sentence for people, without a full stop. */
  readonly reason: string;
  readonly values: readonly ExplainedValue[];
  /** The scope rule, clause by clause; empty for the other conditions. At most 100. */
  readonly clauses: readonly ExplainedClause[];
  /** Clauses beyond those. */
  readonly omittedClausesCount: number;
}

/** Why a workflow has processed a person, will do so, or will not. */
export interface Explanation {
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly subjectId: string;
  /** The slot that is explained, ISO 8601. `null`: the workflow has no schedule. */
  readonly slotDateTime: string | null;
  /** Whether the schedule takes the person at that slot: all conditions but `run` are met. */
  readonly qualifies: boolean;
  /** The trigger moment, offset included, ISO 8601; `null`: there is none. */
  readonly dueDateTime: string | null;
  /** All of it in one sentence. */
  readonly summary: string;
  /** One for each of {@link EXPLAINED_CONDITIONS}, in that order. */
  readonly steps: readonly ExplainedStep[];
}
