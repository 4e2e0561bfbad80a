/** Checks that objects which the host brings can do what they are brought for. */
import type { Callout } from '../ports/callout.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory } from '../ports/directory.ts';
import type { Logger } from '../ports/logger.ts';
import type { Ids, Random } from '../ports/random.ts';
import type { Store, StoreReader } from '../ports/store.ts';
import type { WorkSource } from '../ports/work-source.ts';
import { invalid, type Place } from './refuse.ts';

type MethodOf<T> = Extract<
  { [Name in keyof T]-?: NonNullable<T[Name]> extends (...args: never) => unknown ? Name : never }[keyof T],
  string
>;

const READER_METHODS = [
  'getWorkflow',
  'listWorkflows',
  'getWorkflowVersion',
  'listWorkflowVersions',
  'getRun',
  'listRuns',
  'countRuns',
  'listUnfinishedRuns',
  'sumRuns',
  'getUser',
  'getUserBySubject',
  'listUsers',
  'countUsers',
  'listUsersOfWorkflow',
  'listUsersOfSubject',
  'sumUsers',
  'listUsersByStatus',
  'listFailureGroups',
  'listUsersOfFailureGroup',
  'listRunsWithFailures',
  'countRepaired',
  'getAdmissions',
  'listAdmissions',
  'getNotes',
  'listNotes',
  'getSetting',
] as const satisfies readonly MethodOf<StoreReader>[];

/** A store to read from. @throws LifecycleError `InvalidArgument`. */
export function readStoreReader(place: Place): StoreReader {
  return readPort<StoreReader>(place, STORE, READER_METHODS);
}

/** A store. @throws LifecycleError `InvalidArgument`. */
export function readStore(place: Place): Store {
  return readPort<Store>(place, STORE, [...READER_METHODS, 'transaction', 'close']);
}

/** A directory. @throws LifecycleError `InvalidArgument`. */
export function readDirectory(place: Place): Directory {
  const what = "a directory such as arrayDirectory(people) or csvDirectory('people.csv')";
  return readPort<Directory>(place, what, ['get', 'query'], ['changes', 'attributes', 'membersOf', 'close']);
}

/** A clock. @throws LifecycleError `InvalidArgument`. */
export function readClock(place: Place): Clock {
  return readPort<Clock>(place, 'a clock', ['now', 'setTimer', 'elapsed', 'yield']);
}

/** What sets timers. @throws LifecycleError `InvalidArgument`. */
export function readTimers(place: Place): Pick<Clock, 'setTimer'> {
  return readPort<Pick<Clock, 'setTimer'>>(place, 'a clock', ['setTimer']);
}

/** A source of chance. @throws LifecycleError `InvalidArgument`. */
export function readRandom(place: Place): Random {
  return readPort<Random>(place, 'a source of random numbers', ['next']);
}

/** A source of ids. @throws LifecycleError `InvalidArgument`. */
export function readIdSource(place: Place): Ids {
  return readPort<Ids>(place, 'a source of ids', ['guid']);
}

/** A logger. @throws LifecycleError `InvalidArgument`. */
export function readLogger(place: Place): Logger {
  return readPort<Logger>(place, 'a logger', ['debug', 'info', 'warn', 'error']);
}

/** What reaches custom task extensions. @throws LifecycleError `InvalidArgument`. */
export function readCallout(place: Place): Callout {
  return readPort<Callout>(place, 'a callout such as httpCallout()', ['post', 'secret']);
}

/** A source of work. @throws LifecycleError `InvalidArgument`. */
export function readWorkSource(place: Place): WorkSource {
  const methods = ['open', 'offer', 'published', 'take', 'renew', 'complete', 'giveBack', 'drop'] as const;
  return readPort<WorkSource>(place, 'a source of work', [...methods, 'sweep', 'close']);
}

const STORE = "a store such as memoryStore() or sqliteStore('tenure.db')";

/** An object with all of `needed`, and with those of `allowed` as methods or not at all. */
function readPort<T extends object>(
  place: Place,
  what: string,
  needed: readonly MethodOf<T>[],
  allowed: readonly MethodOf<T>[] = [],
): T {
  const { value } = place;
  if (typeof value !== 'object' || value === null) throw invalid(place, what);
  const methods = value as Readonly<Record<string, unknown>>;
  const missing = needed.filter((name) => typeof methods[name] !== 'function');
  if (missing.length === needed.length) throw invalid(place, what);
  if (missing.length > 0)
    throw invalid(place, `${what}, with ${needed.join(', ')}`, `one without ${missing.join(', ')}`);
  const odd = allowed.find((name) => methods[name] !== undefined && typeof methods[name] !== 'function');
  if (odd !== undefined) throw invalid({ path: `${place.path}.${odd}`, value: methods[odd] }, 'a function');
  return value as T;
}
