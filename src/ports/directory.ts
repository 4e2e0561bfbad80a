import type { Subject } from '../model/subject.ts';

/** A scope rule that has been read: its text, and the test it stands for. */
export interface ScopeRule {
  readonly text: string;
  matches(subject: Subject): boolean;
}

/** Where subjects come from. */
export interface Directory {
  /** The subjects with these ids, in any order; ids that nobody has are left out. */
  get(ids: readonly string[]): Promise<readonly Subject[]>;
  /**
   * Streams the subjects that `rule` selects, or all. A directory may stream more than the rule
   * selects (the engine tests each again) but never less, and no id twice.
   */
  query(rule: ScopeRule | null): AsyncIterable<Subject>;
  /** Frees what the directory holds open. */
  close?(): Promise<void>;
}
