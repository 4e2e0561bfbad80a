/** The engine's directory, as callers of an engine see it: people as they are now, and how many a rule or group has. */
import { parseScopeRule } from '../../filter/parsing/scope-rule.ts';
import { fieldsOf, readLine, readString, readWhole } from '../../input/fields.ts';
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

/** People that a search has found. */
export interface PeopleFound {
  readonly people: readonly FoundPerson[];
  /** `true`: the directory was not read to its end, in time or because enough were found. */
  readonly isCut: boolean;
}

/** A person, by what the directory calls them. */
export interface FoundPerson {
  readonly id: string;
  /** `null`: the directory has none. */
  readonly displayName: string | null;
  /** `mail`, or else `userPrincipalName`. */
  readonly mail: string | null;
}

/** Options of `directory.search`. */
export interface PeopleSearchOptions {
  /** People at most, 1..100. Default 20. */
  readonly top?: number;
  /** After how long the directory is read no further, ms, 1..600,000. Default 2,000. */
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
  /**
   * Finds people by id, or by words with which words of their display name, mail address or id begin, whatever the letter case and
   * accents. A person with the very id comes first, and alone. Else the directory is read.
   *
   * @throws LifecycleError `InvalidArgument`; of the directory.
   */
  search(text: string, options?: PeopleSearchOptions): Promise<PeopleFound>;
}

const SAMPLE_MAX = 20;
const OPTIONS = {
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 10_000),
} satisfies ShapeOf<PeopleCountOptions>;

const SEARCH_LENGTH_MAX = 256;
const SEARCH_OPTIONS = {
  top: withDefault((place: Place) => readWhole(place, 1, 100), 20),
  timeoutMs: withDefault((place: Place) => readWhole(place, 1, 600_000), 2_000),
} satisfies ShapeOf<PeopleSearchOptions>;

/** The directory of an engine with these ports. */
export function createEngineDirectory(ports: Pick<EnginePorts, 'directory' | 'clock'>): EngineDirectory {
  const { directory } = ports;
  return {
    get: (ids) => directory.get(ids),
    all: () => pickFrom(directory.query(null), (subject) => subject),
    count: async (selection, options) =>
      count(ports, selection, readOptions(options, 'directory.count', OPTIONS).timeoutMs),
    search: async (text, options) =>
      search(
        ports,
        readLine({ path: 'text', value: text }, SEARCH_LENGTH_MAX),
        readOptions(options, 'directory.search', SEARCH_OPTIONS),
      ),
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

async function search(
  { directory, clock }: Pick<EnginePorts, 'directory' | 'clock'>,
  text: string,
  { top, timeoutMs }: { readonly top: number; readonly timeoutMs: number },
): Promise<PeopleFound> {
  const [same] = await directory.get([text.trim()]);
  if (same) return { people: [found(same)], isCut: false };
  const wanted = wordsOf(text);
  if (wanted.length === 0) return { people: [], isCut: false };
  const endsAtMs = clock.elapsed() + timeoutMs;
  const people: FoundPerson[] = [];
  for await (const batch of pickFrom(directory.query(null), (subject) => subject)) {
    for (const subject of batch) {
      const person = found(subject);
      const words = withParts(wordsOf(`${person.displayName ?? ''} ${person.mail ?? ''} ${person.id}`));
      if (!wanted.every((one) => words.some((word) => word.startsWith(one)))) continue;
      people.push(person);
      if (people.length === top) return { people, isCut: true };
    }
    if (batch.length === LIMITS.usersPerBatch && clock.elapsed() >= endsAtMs) return { people, isCut: true };
    await clock.yield();
  }
  return { people, isCut: false };
}

function found({ id, displayName, mail, userPrincipalName }: Subject): FoundPerson {
  const textOf = (value: unknown): string | null =>
    typeof value === 'string' && value !== '' ? value : null;
  return { id, displayName: textOf(displayName), mail: textOf(mail) ?? textOf(userPrincipalName) };
}

/** Its words in lower case, without accents. */
function wordsOf(text: string): readonly string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plain.split(/\s+/).filter((word) => word !== '');
}

/** An address is a word, and so are its parts. */
function withParts(words: readonly string[]): readonly string[] {
  return [...words, ...words.flatMap((word) => word.split(/[@._-]+/).slice(1))];
}
