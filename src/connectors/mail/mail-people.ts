/** Who gets a message: the person, their manager, sponsors, or people that arguments name. */
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import { ConnectorError } from '../kernel/connector-error.ts';
import { isAddress, type MailAddress } from './mail-message.ts';
import { displayNameOf } from './mail-values.ts';

/** A person, or the id of one. */
export type PersonReference = Subject | string;

/** Finds the people of a task. */
export interface MailPeople {
  /** Where people are found who are known by their id alone; `null`: nowhere. */
  readonly directory: Pick<Directory, 'get'> | null;
  managerOf(subject: Subject, signal: AbortSignal): PersonReference | null | Promise<PersonReference | null>;
  sponsorsOf(
    subject: Subject,
    signal: AbortSignal,
  ): readonly PersonReference[] | Promise<readonly PersonReference[]>;
  cosponsorsOf(
    subject: Subject,
    signal: AbortSignal,
  ): readonly PersonReference[] | Promise<readonly PersonReference[]>;
  /** `null`: the person has none. */
  addressOf(person: Subject): string | null;
}

/** Who a message is for: a role, or ids and addresses. */
export type Audience = 'user' | 'manager' | 'sponsors' | 'cosponsors' | readonly string[];

/** People that a message can be sent to, and a word for each other one. */
export interface Recipients {
  readonly addresses: readonly MailAddress[];
  /** `the sponsor E7`: without an address. */
  readonly missing: readonly string[];
  /** The first of those that can be reached; `null` when only the address is known. */
  readonly first: Subject | null;
}

/** A person with the word for them in messages. */
interface Named {
  readonly who: string;
  readonly reference: PersonReference;
}

/** The manager of a person, as far as they are known; `null` when there is none. */
export async function managerOf(
  people: MailPeople,
  subject: Subject,
  signal: AbortSignal,
): Promise<Subject | null> {
  const manager = await people.managerOf(subject, signal);
  if (manager === null) return null;
  const [found] = await find(people, [{ who: 'the manager', reference: manager }]);
  return found?.person ?? null;
}

/**
 * The people that an audience means.
 *
 * @throws ConnectorError `refused` when none of them has an address that can be used: it says whose.
 */
export async function recipientsOf(
  people: MailPeople,
  audience: Audience,
  subject: Subject,
  signal: AbortSignal,
): Promise<Recipients> {
  const named = await namedBy(people, audience, subject, signal);
  if (named.length === 0) throw refused(`The person has ${NONE[audience as string] ?? 'no recipient'}`);
  const found = await find(people, named);
  const reached = found.flatMap(({ address, name }) => (address === null ? [] : [withName(address, name)]));
  const missing = found.filter(({ address }) => address === null).map(({ who }) => who);
  if (reached.length === 0) {
    const isIdOnly = people.directory === null && found.some(({ person }) => person === null);
    const remedy = isIdOnly ? '; people who are known by their id need the option directory' : '';
    throw refused(`Expected ${missing.slice(0, 5).join(', ')} to have an e-mail address, got none${remedy}`);
  }
  const first = found.find(({ address }) => address !== null)?.person ?? null;
  return { addresses: withoutRepeats(reached), missing, first };
}

const NONE: Readonly<Record<string, string>> = {
  manager: 'no manager to send the message to',
  sponsors: 'no sponsors to send the message to',
  cosponsors: 'no co-sponsors to send the message to',
};

async function namedBy(
  people: MailPeople,
  audience: Audience,
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Named[]> {
  if (audience === 'user') return [{ who: 'the person', reference: subject }];
  if (audience === 'manager') {
    const manager = await people.managerOf(subject, signal);
    return manager === null ? [] : [{ who: 'the manager', reference: manager }];
  }
  if (audience === 'sponsors') return all('the sponsor', await people.sponsorsOf(subject, signal));
  if (audience === 'cosponsors') return all('the co-sponsor', await people.cosponsorsOf(subject, signal));
  return all('the recipient', audience);
}

function all(who: string, references: readonly PersonReference[]): readonly Named[] {
  return references.map((reference) => ({ who: `${who} ${idOf(reference)}`, reference }));
}

function idOf(reference: PersonReference): string {
  return typeof reference === 'string' ? reference : reference.id;
}

interface Found {
  readonly who: string;
  readonly person: Subject | null;
  readonly address: string | null;
  readonly name: string | null;
}

/** Asks the directory for those that are known by their id, or have no address. */
async function find(people: MailPeople, named: readonly Named[]): Promise<readonly Found[]> {
  const { directory } = people;
  const isUnknown = (reference: PersonReference) =>
    typeof reference === 'string' ? !isAddress(reference) : addressOf(people, reference) === null;
  const unknown = named
    .filter(({ reference }) => isUnknown(reference))
    .map(({ reference }) => idOf(reference));
  const known = directory && unknown.length > 0 ? await directory.get([...new Set(unknown)]) : [];
  const byId = new Map(known.map((person) => [person.id, person]));
  return named.map(({ who, reference }) => {
    if (typeof reference === 'string' && isAddress(reference))
      return { who, person: null, address: reference, name: null };
    const given = typeof reference === 'string' ? null : reference;
    const person = isUnknown(reference) ? (byId.get(idOf(reference)) ?? given) : given;
    const address = person && addressOf(people, person);
    return { who, person, address, name: person && displayNameOf(person) };
  });
}

function addressOf(people: MailPeople, person: Subject): string | null {
  const address = people.addressOf(person);
  return isAddress(address) ? address : null;
}

/** The name is a comment for people: only what fits a header is kept. */
function withName(address: string, name: string | null): MailAddress {
  const line = name
    ?.toWellFormed()
    .replace(/[\s\p{Cc}\p{Cf}"<>\\]+/gu, ' ')
    .trim()
    .slice(0, 100);
  return line ? { address, name: line } : { address };
}

function withoutRepeats(addresses: readonly MailAddress[]): readonly MailAddress[] {
  const byAddress = new Map(addresses.map((one) => [one.address.toLowerCase(), one]));
  return [...byAddress.values()];
}

function refused(message: string): ConnectorError {
  return new ConnectorError('refused', message, { code: 'AddressMissing' });
}
