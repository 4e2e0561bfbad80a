/** What the engine or a ledger was doing when something failed outside of any call, in words. */
export const ENGINE_ACTIVITIES = {
  announcingEngine: 'announcing the engine to others',
  awaitingRuns: 'waiting for runs of other processes',
  cancelingRun: 'canceling',
  claimingRuns: 'claiming runs',
  clearingLeftOvers: 'clearing what dead processes left',
  closing: 'closing',
  committing: 'commit',
  drivingRun: 'driving',
  evaluatingSchedule: 'evaluating the schedule',
  findingPurgedRuns: 'looking for purged runs',
  findingWork: 'looking for work',
  handingRunsBack: 'handing runs back',
  listening: 'a listener',
  pausingRuns: 'pausing runs',
  readingMetrics: 'reading metrics',
  readingProgress: 'reading progress',
  readingUsers: 'reading users',
  renewingClaims: 'renewing claims',
  runningLane: 'a lane',
  servingRequests: 'serving requests of other processes',
  takingUpRun: 'taking up a run',
  wrappingTask: 'what is called around tasks',
} as const;

/** See {@link ENGINE_ACTIVITIES}. `drivingRun`: the run cannot go on in this process. */
export type EngineActivity = keyof typeof ENGINE_ACTIVITIES;

/** What an `engine.error` says that it failed in, in words: `evaluating the schedule of workflow …`. */
export function activityText(event: {
  readonly during: EngineActivity;
  readonly workflowId?: string;
  readonly eventName?: string;
}): string {
  const { during, workflowId, eventName } = event;
  const of = eventName ?? (workflowId === undefined ? null : `workflow ${workflowId}`);
  return of === null ? ENGINE_ACTIVITIES[during] : `${ENGINE_ACTIVITIES[during]} of ${of}`;
}
