/**
 * What callers see of a directory over a file. A module of its own, so that the package's declarations do not lead to
 * those of the readers, which need Node's types.
 */
import type { Directory, DirectoryAttribute } from '../ports/directory.ts';

/** How duplicates are treated. */
export type OnDuplicate = 'refuse' | 'first' | 'last';

/** How rows are treated that have fewer cells than the header: cells at the end were left out, or the file is damaged. */
export type ShortRows = 'refuse' | 'fill';

/** A directory whose size is known. */
export interface SizedDirectory extends Directory {
  /** Different ids. */
  readonly subjectsCount: number;
  /** Rows that were left out because their id occurs more than once (`onDuplicate`). */
  readonly skippedRowsCount: number;
  /** The attributes that people have, by name. */
  attributes(): Promise<readonly DirectoryAttribute[]>;
  /** Rows that were left out because there is nothing in them. */
  readonly emptyRowsCount: number;
  /** What was read otherwise than it stands in the file or is usual, a sentence each, for people. */
  readonly notes: readonly string[];
  /** Closes the file. */
  close(): Promise<void>;
}
