import type { Identified, Subject } from '../model/subject.ts';

/** A scope rule that has been read: its text, and the test it stands for. */
export interface ScopeRule {
  readonly text: string;
  matches<Person extends Identified>(subject: Person): boolean;
}

/** Who may have changed since a moment that a token stands for. */
export interface DirectoryChanges {
  /** Their ids, each perhaps more than once; `null`: nobody can tell, so everybody is to be looked at. */
  readonly subjectIds: readonly string[] | null;
  /** Stands for now: give it back at the next call, also after a restart. Opaque. */
  readonly token: string;
}

/** An attribute that people in a directory may have. */
export interface DirectoryAttribute {
  /** As rules and triggers write it: `employeeOrgData/division`. */
  readonly name: string;
  /** What it is called where it comes from, when that differs: a column of a file. */
  readonly column?: string;
}

/**
 * Where subjects come from. Handlers see them with the type `Person`.
 *
 * The engine compares ids without white space and invisible characters at their ends and in Unicode NFC, and asks for
 * them so: subjects whose ids differ only in that are one, and `get` has to find them by that id.
 */
export interface Directory<Person extends Identified = Subject> {
  /** The subjects with these ids, in any order; ids that nobody has are left out. */
  get(ids: readonly string[]): Promise<readonly Person[]>;
  /**
   * Streams the subjects that `rule` selects, or all. A directory may stream more than the rule
   * selects (the engine tests each again) but never less, and no id twice.
   */
  query(rule: ScopeRule | null): AsyncIterable<Person>;
  /**
   * Who may have changed since `token`, for a directory that hears of changes or can ask for them. Without
   * it everybody is looked at in each slot, by the workflows that a change makes due.
   *
   * @param token `null`: only a token for now is wanted.
   */
  changes?(token: string | null): Promise<DirectoryChanges>;
  /**
   * The attributes that somebody in the directory has, or could have. Asked when a workflow needs one that
   * none of those has whom `query` streamed, to tell a wrong name from an empty column. Without it the names are
   * taken from who is streamed.
   */
  attributes?(): Promise<readonly DirectoryAttribute[]>;
  /** Frees what the directory holds open. */
  close?(): Promise<void>;
}
