/** What `workflows.scopeDifference` says. */

/** People on one side of a difference. */
export interface ScopeShift {
  readonly usersCount: number;
  /** The first of them that the directory has, by id; at most 20. */
  readonly sampleIds: readonly string[];
}

/** Who is in the scope of one version of a workflow and not of another. */
export interface ScopeDifference {
  /** People of the directory that were looked at. */
  readonly examinedUsersCount: number;
  /** `true`: the time was over before the directory was; counts are too low. */
  readonly isCut: boolean;
  /** People in the scope of each version. */
  readonly beforeUsersCount: number;
  readonly afterUsersCount: number;
  /** In the scope of the later version only. */
  readonly entering: ScopeShift;
  /** In the scope of the earlier version only. */
  readonly leaving: ScopeShift;
}
