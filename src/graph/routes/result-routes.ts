/** The paths of runs and of results. Source: domain §2.1, §2.2, §2.9. */

import { NEEDED } from '../access/permissions.ts';
import { usersOfWorkflowLately } from '../lists/recent.ts';
import { reportsOf, runsOf, taskResultsOf, usersOf } from '../lists/sources.ts';
import * as subjects from '../lists/subjects.ts';
import * as does from './operations.ts';
import { create, list, one, operation, type Route, remove, update, windowed } from './route.ts';

const { reports, change, activate } = NEEDED;
const RUNS = 'workflows/{workflow}/runs';
const ONE_RUN = `${RUNS}/{run}`;
const USERS = 'workflows/{workflow}/userProcessingResults';
const REPORTS = 'workflows/{workflow}/taskReports';
const SUBJECTS = 'subjectProcessingResults';
const SUBJECT_PARENTS = [ONE_RUN, 'workflows/{workflow}', `${REPORTS}/{report}`];

/** The methods of the seed on runs and results, which Entra does not have. */
const SEED: readonly Route[] = [
  create(RUNS, change, does.createRun),
  update(ONE_RUN, change, 'acted', does.updateRun),
  remove(ONE_RUN, change, ({ engine, keys }) => engine.runs.delete(keys.run)),
  create(`${ONE_RUN}/userProcessingResults`, change, does.createUserResult),
];

/** The task results under something, each of which can be resumed. */
export function taskResultsUnder(
  parent: string,
  source: Parameters<typeof list>[2],
  read: Parameters<typeof one>[2] = does.taskResult,
): readonly Route[] {
  const path = `${parent}/taskProcessingResults`;
  const resume = operation(`${path}/{taskResult}/resume`, change, (call) => does.resume(call, read));
  return [
    list(path, reports, source),
    one(`${path}/{taskResult}`, reports, read),
    { ...resume, takesCallbacks: true },
  ];
}

/** The runs that did again what stands at `parent`. */
export function reprocessedUnder(parent: string): readonly Route[] {
  const path = `${parent}/reprocessedRuns`;
  return [
    list(path, reports, does.reprocessedRuns),
    one(`${path}/{reprocessed}`, reports, does.reprocessedRun),
    remove(`${path}/{reprocessed}/$ref`, change, does.removeReprocessedRun),
  ];
}

/** What hangs under the result of a user or of a subject. */
function underResult(parent: string): readonly Route[] {
  return [...taskResultsUnder(parent, does.taskResultsOfUser), ...reprocessedUnder(parent)];
}

const RUN_ROUTES: readonly Route[] = [
  list(RUNS, reports, ({ engine, keys, query }) => runsOf(engine, keys.workflow, query.filter?.tree ?? null)),
  one(ONE_RUN, reports, ({ engine, keys }) => engine.runs.get(keys.run)),
  operation(`${ONE_RUN}/failures()`, reports, ({ engine, keys }) => engine.runs.failures(keys.run)),
  operation(`${ONE_RUN}/reprocess`, activate, does.reprocess),
  windowed(`${RUNS}/summary()`, reports, ({ engine, keys }, start, end) =>
    engine.runs.summary(keys.workflow, start, end),
  ),
  list(`${ONE_RUN}/userProcessingResults`, reports, ({ engine, keys }) => usersOf(engine, keys.run)),
  one(`${ONE_RUN}/userProcessingResults/{user}`, reports, ({ engine, keys }) =>
    engine.userProcessingResults.get(keys.run, keys.user),
  ),
  windowed(`${ONE_RUN}/userProcessingResults/summary()`, reports, does.userSummaryOfRun),
  ...underResult(`${ONE_RUN}/userProcessingResults/{user}`),
  ...taskResultsUnder(ONE_RUN, ({ engine, keys }) => taskResultsOf(engine, keys.workflow, keys.run)),
  ...reprocessedUnder(ONE_RUN),
];

const SUBJECT_ROUTES: readonly Route[] = [
  list(`${ONE_RUN}/${SUBJECTS}`, reports, subjects.subjectsOfRun),
  list(`workflows/{workflow}/${SUBJECTS}`, reports, subjects.subjectsOfWorkflow),
  list(`${REPORTS}/{report}/${SUBJECTS}`, reports, subjects.subjectsOfReport),
  ...SUBJECT_PARENTS.flatMap((parent) => [
    one(`${parent}/${SUBJECTS}/{user}`, reports, subjects.subjectResult),
    windowed(`${parent}/${SUBJECTS}/summary()`, reports, subjects.subjectSummary),
    ...underResult(`${parent}/${SUBJECTS}/{user}`),
  ]),
];

/** All of them. */
export const RESULT_ROUTES: readonly Route[] = [
  ...SEED.map((route): Route => ({ ...route, ofSeed: true })),
  ...RUN_ROUTES,
  ...SUBJECT_ROUTES,
  operation('subjectHistory()', reports, does.subjectHistory),
  list(USERS, reports, usersOfWorkflowLately),
  one(`${USERS}/{user}`, reports, does.userResult),
  ...underResult(`${USERS}/{user}`),
  windowed(`${USERS}/summary()`, reports, does.userSummaryOfWorkflow),
  list(REPORTS, reports, ({ engine, keys }) => reportsOf(engine, keys.workflow)),
  one(`${REPORTS}/{report}`, reports, does.taskReport),
  ...taskResultsUnder(`${REPORTS}/{report}`, does.taskResultsOfReport),
  windowed(`${REPORTS}/summary()`, reports, does.reportSummary),
];
