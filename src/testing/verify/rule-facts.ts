/** What is known of each rule that an export is checked by: one table for findings, pages and the guide. */

/** Whether Microsoft's documentation states a rule, or tenure decided it where that is silent (the domain page, §6). */
export type RuleBasis = 'documented' | 'decided';

/** A rule. */
export interface RuleFact {
  /** The rule in a sentence. */
  readonly states: string;
  readonly basis: RuleBasis;
  /** Title of the page of Microsoft that states it, or that it was derived from; `null`: there is none. */
  readonly page: string | null;
  /** It compares a run with the rows of its users, which may have been read at another moment. */
  readonly needsUsers?: true;
}

const STATUS_PAGE = 'Check the status of a workflow';

/** By the names of `OracleViolation.rule`: `I1` … of domain §6.6, other paragraphs by their number. */
export const RULE_FACTS = {
  shape: {
    states: 'Counters are whole numbers, moments are ISO 8601, and a task has one of five statuses.',
    basis: 'documented',
    page: 'Microsoft Graph metadata (CSDL)',
  },
  keys: {
    states: 'An id occurs once in a list, and a subject once in a run.',
    basis: 'documented',
    page: 'Microsoft Graph metadata (CSDL)',
  },
  '1.6': {
    states:
      'A task report has the moments of its run, and counts every user as successful, failed or unprocessed.',
    basis: 'documented',
    page: 'taskReport resource type',
  },
  '3.5': {
    states:
      'The report of a run that ended is completed when all users completed the task, failed when all that were processed failed, and canceled when none was processed.',
    basis: 'documented',
    page: STATUS_PAGE,
  },
  '6.4': {
    states: 'The final status of a run is the one that the outcomes of its users give.',
    basis: 'decided',
    page: STATUS_PAGE,
    needsUsers: true,
  },
  '6.7': {
    states:
      'A summary counts the runs, or the users, of its window: completed ones as successful, those with failures as failed.',
    basis: 'decided',
    page: 'run: summary',
  },
  edges: {
    states: 'A status moves along the transitions of the domain only, and what has ended never changes.',
    basis: 'decided',
    page: STATUS_PAGE,
  },
  I1: {
    states: 'Counters are not negative, and failed and unprocessed tasks are at most all tasks.',
    basis: 'decided',
    page: null,
  },
  I2: {
    states: 'The counters of a run are the sums over its users, and the sums over its task reports.',
    basis: 'decided',
    page: 'taskReport resource type',
    needsUsers: true,
  },
  I3: {
    states: 'Successful and failed users are all users exactly when none is queued, in progress or canceled.',
    basis: 'decided',
    page: 'subjectSummary resource type',
    needsUsers: true,
  },
  I4: {
    states: 'Totals never change, successes and failures never fall, unprocessed tasks never rise.',
    basis: 'decided',
    page: null,
  },
  I5: {
    states: 'The status of a user fits the counters: completed has nothing failed, failed has a failed task.',
    basis: 'decided',
    page: STATUS_PAGE,
  },
  I6: {
    states:
      'The status of a run fits its counters: completed has nothing failed, failed has no successful user.',
    basis: 'decided',
    page: STATUS_PAGE,
  },
  I7: {
    states: 'completedDateTime is set exactly when a run, user or task has ended.',
    basis: 'decided',
    page: 'run resource type',
  },
  I8: {
    states: 'startedDateTime is set exactly when a run, user or task has begun.',
    basis: 'decided',
    page: 'run resource type',
  },
  I8a: {
    states: 'A run that has ended has only users that have, and a user only tasks that have.',
    basis: 'decided',
    page: STATUS_PAGE,
    needsUsers: true,
  },
  I9: {
    states: 'Moments are in order: scheduled, started, completed, last updated; no user ends after its run.',
    basis: 'decided',
    page: null,
  },
  I10: {
    states: 'At most one task of a user is in progress; then the user is, and the run has not ended.',
    basis: 'decided',
    page: STATUS_PAGE,
  },
  I11: {
    states: 'Tasks of a user that are done come before those that are not.',
    basis: 'decided',
    page: 'Lifecycle Workflow tasks',
  },
  I12: {
    states: 'lastUpdatedDateTime grows with every change of a run.',
    basis: 'decided',
    page: 'run resource type',
  },
  I13: {
    states:
      'activatedOnScope is set exactly for runs that were activated with a scope; no chain of reprocessedRuns leads back to where it began.',
    basis: 'decided',
    page: 'run resource type',
  },
} as const satisfies Readonly<Record<string, RuleFact>>;

/** The name of a rule. */
export type RuleName = keyof typeof RULE_FACTS;

/** What is known of a rule. */
export function factOf(rule: string): RuleFact {
  const fact = (RULE_FACTS as Readonly<Record<string, RuleFact>>)[rule];
  if (!fact) throw new Error(`There is no rule ${rule}`);
  return fact;
}
