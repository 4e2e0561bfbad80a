/** What a process can ask of the one that writes its database. */
const REQUEST_KINDS = [
  'cancelRun',
  'deleteRun',
  'enableWorkflow',
  'disableWorkflow',
  'enableSchedule',
  'disableSchedule',
  'deleteWorkflow',
  'restoreWorkflow',
  'pauseRuns',
  'resumeRuns',
] as const;

/** See {@link REQUEST_KINDS}. */
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** A change that another process asks for. Carrying it out twice is the same as once. */
export interface StoreRequest {
  readonly kind: RequestKind;
  /** Id of the run or of the workflow. */
  readonly id: string;
  /** The caller; `null` when none is named. */
  readonly by: string | null;
}

/** A request that was left for the writer. */
export interface LeftRequest extends StoreRequest {
  /** Grows with each request that is left. */
  readonly no: number;
  /** Why the writer refused it; `null`: it is waiting. */
  readonly refusal: string | null;
}
