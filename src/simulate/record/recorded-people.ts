/** The people of a directory, as a scenario needs them. */
import { createHmac } from 'node:crypto';
import { qualificationOf } from '../../engine/selection/qualify.ts';
import { momentOrNull } from '../../input/moments.ts';
import type { Subject } from '../../model/subject.ts';
import type { DurationMs, EpochMs } from '../../model/time.ts';
import type { Workflow } from '../../model/workflow/workflow.ts';
import type { Directory } from '../../ports/directory.ts';
import { managerOf } from '../process/behaviour.ts';

/** The attributes of people that a scenario keeps in any case. */
const ATTRIBUTES = [
  'department',
  'employeeType',
  'employeeHireDate',
  'employeeLeaveDateTime',
  'createdDateTime',
] as const;
/** Attributes that name a person, or say where they can be found. */
const NAMING = new Set([
  'displayName',
  'givenName',
  'surname',
  'mail',
  'mailNickname',
  'otherMails',
  'proxyAddresses',
  'userPrincipalName',
  'onPremisesUserPrincipalName',
  'onPremisesSamAccountName',
  'onPremisesDistinguishedName',
  'employeeId',
  'mobilePhone',
  'businessPhones',
  'faxNumber',
  'streetAddress',
  'postalCode',
  'imAddresses',
]);

/** The people, by id, and what was done to them. */
export interface RecordedPeople {
  readonly byId: ReadonlyMap<string, Subject>;
  /** Replaces an id, of a person or a manager. */
  idOf(id: string): string;
  /** Attributes that workflows read and that were dropped because they name people. */
  readonly dropped: readonly string[];
}

/**
 * Reads all people, with the attributes that workflows read, their structure and their dates.
 *
 * @param secret ids become hashes with it, and names are dropped; `null`: both stay.
 */
export async function readPeople(
  directory: Directory,
  workflows: readonly Workflow[],
  catchUpMs: DurationMs,
  secret: string | null,
): Promise<RecordedPeople> {
  const read = workflows.flatMap((one) => qualificationOf(one, catchUpMs)?.attributes ?? []);
  const roots = read.flatMap(({ names }) => names.map((name) => name.split('/')[0] as string));
  const wanted = new Set<string>([...ATTRIBUTES, ...roots, ...(secret === null ? ['displayName'] : [])]);
  const dropped = secret === null ? [] : [...wanted].filter((name) => NAMING.has(name));
  for (const name of [...dropped, 'id', 'manager']) wanted.delete(name);
  const idOf = (id: string): string =>
    secret === null ? id : createHmac('sha256', secret).update(id).digest('hex').slice(0, 20);
  // Departments and types are few: people share their texts.
  const texts = new Map<string, string>();
  const byId = new Map<string, Subject>();
  for await (const person of directory.query(null)) {
    const kept: Record<string, unknown> = { id: idOf(person.id) };
    for (const name of wanted)
      if (Object.hasOwn(person, name) && person[name] !== null && person[name] !== '')
        kept[name] = shared(texts, person[name]);
    const manager = managerOf(person);
    if (manager !== null) kept.manager = shared(texts, idOf(manager));
    byId.set(person.id, kept as unknown as Subject);
  }
  return { byId, idOf, dropped };
}

const TEXTS_MAX = 100_000;

function shared(texts: Map<string, string>, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const known = texts.get(value);
  if (known !== undefined) return known;
  if (texts.size < TEXTS_MAX) texts.set(value, value);
  return value;
}

/** When a person starts: their first day, else their entry in the directory; `null`: neither is known. */
export function startOf({ employeeHireDate, createdDateTime }: Subject): EpochMs | null {
  return momentOrNull(employeeHireDate) ?? momentOrNull(createdDateTime);
}

/** A person's last day; `null`: none is known. */
export function endOf({ employeeLeaveDateTime }: Subject): EpochMs | null {
  return momentOrNull(employeeLeaveDateTime);
}
