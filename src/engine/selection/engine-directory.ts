/** The engine's directory, as callers of an engine see it: people as they are now, and how many a rule or group has. */
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import { fieldsOf, readString, readWhole } from '../../input/fields.ts';
import { inGroup } from '../../input/member-of.ts';
import { readOptions, type ShapeOf, withDefault } from '../../input/options.ts';
import { invalid, type Place, root } from '../../input/refuse.ts';
import { readSubjectId } from '../../input/subject-id.ts';
import { LIMITS } from '../../model/limits.ts';
import type { Selection } from '../../model/selection.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import { SelectionTally } from '../selection.ts';
import type { EnginePorts } from '../settings.ts';
import { pickFrom } from './pick-from.ts';
import { orUnreadable, scopeAttributes } from './qualify.ts';

/** People, by a scope rule or by a group. */
export type PeopleSelection =
  | { readonly rule: string; readonly group?: undefined }
  | { readonly group: string; readonly rule?: undefined };

/** How many people are selected, by the directory as it is now. */
export interface PeopleCount {
  readonly usersCount: number;
  /** The first ones, at most 20. */
  readonly sampleIds: readonly string[];
  /** Of a rule: people that it cannot be decided for, and attributes that no one has. `null`: of a group, or cut. */
  readonly selection: Selection | null;
  /** `true`: the directory was not read to its end in time, so the count is too low. */
  readonly isCut: boolean;
}

/** Options of `directory.count`. */
export interface PeopleCountOptions {
  /** After how long the directory is read no further, ms, 1..600,000. Default 10,000. */
  readonly timeoutMs?: number;
}

/** An engine's directory. */
export interface EngineDirectory extends Pick<Directory, 'get'> {
  /** Streams all people in batches of at most 1,000, each under its normalized id. */
  all(): AsyncIterable<readonly Subject[]>;
  /**
   * Counts the people for which an activation with this rule or group would make a run, by the same functions.
   *
   * @throws LifecycleError `InvalidArgument`, `InvalidFilter`; of the directory.
   */
  count(selection: PeopleSelection, options?: PeopleCountOptions): Promise<PeopleCount>;
}

const SAMPLE_MAX = 20;
const OPTIONS = {
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 10_000),
} satisfies ShapeOf<PeopleCountOptions>;

/** The directory of an engine with these ports. */
export function createEngineDirectory(ports: Pick<EnginePorts, 'directory' | 'clock'>): EngineDirectory {
  const { directory } = ports;
  return {
    get: (ids) => directory.get(ids),
    all: () => pickFrom(directory.query(null), (subject) => subject),
    count: async (selection, options) =>
      count(ports, selection, readOptions(options, 'directory.count', OPTIONS).timeoutMs),
  };
}

async function count(
  { directory, clock }: Pick<EnginePorts, 'directory' | 'clock'>,
  given: PeopleSelection,
  timeoutMs: number,
): Promise<PeopleCount> {
  const { people, isSelected, tally } = selected(directory, given);
  const endsAtMs = clock.elapsed() + timeoutMs;
  const sampleIds: string[] = [];
  let [usersCount, isCut] = [0, false];
  for await (const batch of pickFrom(people, (subject) => subject)) {
    for (const subject of batch) {
      if (!isSelected(subject)) continue;
      usersCount += 1;
      if (sampleIds.length < SAMPLE_MAX) sampleIds.push(subject.id);
    }
    isCut = batch.length === LIMITS.usersPerBatch && clock.elapsed() >= endsAtMs;
    if (isCut) break;
    await clock.yield();
  }
  const selection = isCut || tally === null ? null : await tally.result(directory, usersCount);
  return { usersCount, sampleIds, selection, isCut };
}

interface Selected {
  readonly people: AsyncIterable<Subject>;
  readonly isSelected: (subject: Subject) => boolean;
  readonly tally: SelectionTally | null;
}

function selected(directory: Directory, given: PeopleSelection): Selected {
  const place = root(given, 'the selection');
  const at = fieldsOf(place, ['rule', 'group']);
  const [rule, group] = [at('rule'), at('group')];
  if ((rule.value === undefined) === (group.value === undefined))
    throw invalid(place, 'either a rule or a group', rule.value === undefined ? 'neither' : 'both');
  if (group.value !== undefined) {
    const members = inGroup(readSubjectId(group));
    return directory.membersOf
      ? { people: directory.membersOf(readSubjectId(group)), isSelected: () => true, tally: null }
      : { people: directory.query(null), isSelected: (subject) => members.matches(subject), tally: null };
  }
  const scope = parseScopeRule(readString(rule));
  const tally = new SelectionTally(scopeAttributes(scope), true);
  return {
    people: directory.query(orUnreadable(scope)),
    isSelected: (subject) => tally.select(scope, subject),
    tally,
  };
}
