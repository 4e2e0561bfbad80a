/** Users whose subjects are indexed together, at most. Part of schema 11. */
export const REGION_USERS = 4_096;

/** Regions that a run shares with others, numbered from −5 to −1: ordinals below this, and how many runs. */
const SHARED_REGIONS = [4, 16, 64, 256, 1_024].map((below, index, { length }) => ({
  number: index - length,
  below,
  runs: REGION_USERS / below,
}));

/** More regions than a run has of its own. */
const OWN_REGIONS_MAX = 2 ** 20;

/**
 * The region of the index of subjects that a user is in, as an expression of SQL: a number below 0 where runs share it,
 * otherwise one that grows with the run and the ordinal. Part of schema 11.
 *
 * Subjects are often random (GUIDs): in one index of a million, each of the 1,000 that a commit inserts would dirty a
 * page of its own, 4 MB; in a region they share some 40 pages. A search asks every region, and there are few, whatever
 * the size of the runs: the first 3 users of 1,024 runs share one, the next 12 of 256 runs, and so on (decision 30).
 */
export const REGION = `CASE ${SHARED_REGIONS.map(
  ({ number, below, runs }) =>
    `WHEN no < ${below} THEN ${number} - ${SHARED_REGIONS.length} * (run_no / ${runs})`,
).join(' ')} ELSE ${OWN_REGIONS_MAX} * run_no + no / ${REGION_USERS} END`;

/** The regions of a run: those that it shares, and the range of those that are its own. */
export function regionsOf(runNo: number): {
  readonly shared: readonly number[];
  readonly from: number;
  readonly below: number;
} {
  const shared = SHARED_REGIONS.map(
    ({ number, runs }) => number - SHARED_REGIONS.length * Math.floor(runNo / runs),
  );
  return { shared, from: OWN_REGIONS_MAX * runNo, below: OWN_REGIONS_MAX * (runNo + 1) };
}
