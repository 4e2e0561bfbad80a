import { invalid } from '../input/refuse.ts';
import { faultOfId, normalizeText, SUBJECT_ID, withId } from '../input/subject-id.ts';
import type { Subject } from '../model/subject.ts';
import type { Clock } from '../ports/clock.ts';
import type { Directory, DirectoryChanges } from '../ports/directory.ts';
import { hostTurns } from './lanes/host-turns.ts';

/**
 * The host's directory, with the ids of its subjects normalized and checked. What it streams is normalized by
 * `pickFrom`: another generator around it would cost a promise for each subject.
 */
export function normalizedDirectory(directory: Directory, clock: Clock): Directory {
  return {
    // A subject without a valid id cannot be one that was requested.
    get: (ids) => Promise.resolve(directory.get(ids)).then(properOnes),
    query: (rule) => directory.query(rule, hostTurns(clock)),
    ...(directory.changes && { changes: (token) => normalizedChanges(directory, token) }),
    ...(directory.attributes && { attributes: directory.attributes.bind(directory) }),
    ...(directory.membersOf && { membersOf: directory.membersOf.bind(directory) }),
    close: async () => directory.close?.(),
  };
}

function properOnes(subjects: readonly Subject[]): readonly Subject[] {
  return subjects.flatMap((subject) => {
    const id = idOf(subject);
    return id === null ? [] : withId(subject, id);
  });
}

/**
 * The subject that is streamed at a position, under its normalized id.
 *
 * @throws LifecycleError `InvalidArgument` without a valid id: no subject is left out silently.
 */
export function normalizedSubject(subject: Subject, position: number): Subject {
  const id = idOf(subject);
  if (id !== null) return withId(subject, id);
  const name = `the id of subject ${position} of the directory's query`;
  throw invalid({ path: 'directory', value: rawIdOf(subject), name }, SUBJECT_ID);
}

async function normalizedChanges(directory: Directory, token: string | null): Promise<DirectoryChanges> {
  // Called only for a directory that has it.
  const changes = await (directory as Required<Directory>).changes(token);
  return { ...changes, subjectIds: changes.subjectIds?.map(normalizeText) ?? null };
}

/** The normalized id; `null`: there is no valid one. */
function idOf(subject: Subject): string | null {
  const raw = rawIdOf(subject);
  const id = typeof raw === 'string' ? normalizeText(raw) : '';
  return faultOfId(id) === null ? id : null;
}

function rawIdOf(subject: Subject | null | undefined): unknown {
  return subject?.id;
}
