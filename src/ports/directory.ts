import type { Identified, Subject } from '../model/subject.ts';

/** A parsed scope rule: its text and its predicate. */
export interface ScopeRule {
  readonly text: string;
  /** Whether the rule selects this person. */
  matches<Person extends Identified>(subject: Person): boolean;
}

/** The subjects that may have changed since the moment of a token. */
export interface DirectoryChanges {
  /** Their ids, possibly with repeats; `null`: not known, so all subjects have to be examined. */
  readonly subjectIds: readonly string[] | null;
  /** Names the present moment; pass it to the next call, also after a restart. Opaque. */
  readonly token: string;
}

/** An attribute that people in a directory may have. */
export interface DirectoryAttribute {
  /** As rules and triggers write it: `employeeOrgData/division`. */
  readonly name: string;
  /** Its name at the source, when that differs: a column of a file. */
  readonly column?: string;
}

/** A promise of a turn of the host's event loop; `null`: it is not time yet. */
export type HostTurn = () => Promise<void> | null;

/**
 * Source of subjects. Handlers see them with the type `Person`.
 *
 * The engine compares ids without white space and invisible characters at their ends and in Unicode NFC, and queries
 * them in that form: subjects whose ids differ only in that are the same, and `get` has to find them by that id.
 */
export interface Directory<Person extends Identified = Subject> {
  /** The subjects with these ids, in any order; unknown ids are omitted. */
  get(ids: readonly string[]): Promise<readonly Person[]>;
  /**
   * Streams the subjects that `rule` selects, or all. A directory may stream more than the rule
   * selects (the engine filters once more) but never less, and no id twice.
   *
   * @param turn for a directory that waits for nothing: called at each person, also at one that the rule does not select,
   *   it gives a promise when it is time that the host's event loop has a turn. May be ignored.
   */
  query(rule: ScopeRule | null, turn?: HostTurn): AsyncIterable<Person>;
  /**
   * The subjects that may have changed since `token`, for a directory that can report changes. Without
   * it each slot examines all subjects for every workflow with a change trigger.
   *
   * @param token `null`: only a token for now is wanted.
   */
  changes?(token: string | null): Promise<DirectoryChanges>;
  /**
   * The attributes that subjects of the directory have, or could have. Called when a workflow needs an attribute that
   * no streamed subject has, to distinguish a wrong name from an empty column. Without it the names are
   * taken from the streamed subjects.
   */
  attributes?(): Promise<readonly DirectoryAttribute[]>;
  /**
   * Streams the people who are in a group, and no id twice; none for a group that it does not know. For a source that keeps groups
   * apart from people. Without it the engine streams all people, and takes those whose `memberOf` has the group.
   */
  membersOf?(groupId: string): AsyncIterable<Person>;
  /** Frees what the directory holds open. */
  close?(): Promise<void>;
}
