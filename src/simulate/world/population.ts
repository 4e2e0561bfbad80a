/** The people in the directory at the start and all later changes, decided before anything runs. */
import { resolve } from 'node:path';
import { startOfISOWeek } from 'date-fns/startOfISOWeek';
import { arrayDirectory } from '../../directory/array-directory.ts';
import { openDirectory } from '../../directory/open-directory.ts';
import type { Subject } from '../../model/subject.ts';
import { DAY_MS, type EpochMs } from '../../model/time.ts';
import type { Directory, DirectoryAttribute } from '../../ports/directory.ts';
import type { Random } from '../../ports/random.ts';
import { randomFor } from '../../system/virtual/random.ts';
import { DEPARTMENTS, type DepartmentSize } from '../people/company.ts';
import { PeopleMaker, type Person, tenureDays } from '../people/people.ts';
import type { ReadScenario } from '../scenario/read-scenario.ts';
import type { FilePopulation, GivenPopulation } from '../scenario/scenario.ts';
import { Roster } from './roster.ts';
import { massPlans, type Plan, turnoverPlans } from './turnover.ts';
import { isoDay, utc, type Zone } from './zone.ts';

/** A change of the directory. */
export type Change =
  /** A person who will start, or has started, is entered. */
  | { readonly kind: 'entered'; readonly atMs: EpochMs; readonly subject: Subject }
  | { readonly kind: 'moved'; readonly atMs: EpochMs; readonly id: string; readonly department: string }
  /** A last day has become known. */
  | { readonly kind: 'leaving'; readonly atMs: EpochMs; readonly id: string; readonly leaveMs: EpochMs }
  /** The entry is removed. */
  | { readonly kind: 'removed'; readonly atMs: EpochMs; readonly id: string };

/** A population and its future. */
export interface Population {
  readonly initial: readonly Subject[];
  /** Sorted by time. */
  readonly changes: readonly Change[];
  /** Attributes that people may have, in addition to those that occur. */
  readonly attributes: readonly DirectoryAttribute[];
}

const KEPT_DAYS_DEFAULT = 30;

/**
 * Population of a scenario for a seed. It depends on population, turnover, changes, start, horizon and zone
 * alone, so that scenarios which differ in other things have the same people.
 *
 * @throws LifecycleError `InvalidFile` for a file of people that cannot be read; `InvalidArgument`, `Duplicate` for
 *   given people without proper ids; `LimitExceeded`.
 */
export async function openPopulation(read: ReadScenario, seed: number): Promise<Population> {
  const { population } = read.scenario;
  const random = randomFor(seed, 'people');
  if (population.kind !== 'generated') {
    const { initial, attributes } = await readPeople(await sourceOf(population, read.folder));
    const maker = new PeopleMaker({
      random,
      idOf: (ordinal) => idOf('new-', ordinal),
      departments: departmentsOf(initial),
    });
    return { initial, changes: futureOf(read, initial, maker, seed), attributes };
  }
  const { headcount, departments, peoplePerManager } = population;
  const maker = new PeopleMaker({
    random,
    idOf: (ordinal) => idOf('p', ordinal),
    ...(departments === undefined
      ? {}
      : { departments: departments.map(({ name, weight = 1 }) => ({ name, weight })) }),
    ...(peoplePerManager === undefined ? {} : { peoplePerManager }),
  });
  const initial = Array.from({ length: headcount }, () => {
    const hireMs = pastHireMs(read.zone, read.startMs, random);
    return subjectOf(maker.make(), hireMs, hireMs - 20 * DAY_MS);
  });
  const attributes = [{ name: 'employeeLeaveDateTime' }];
  return { initial, changes: futureOf(read, initial, maker, seed), attributes };
}

/** `p000001`. */
function idOf(prefix: string, ordinal: number): string {
  return `${prefix}${String(ordinal).padStart(6, '0')}`;
}

/** A person who starts at `hireMs` and is in the directory from `knownMs` on. */
function subjectOf(person: Person, hireMs: EpochMs, knownMs: EpochMs): Subject {
  return {
    ...person,
    mail: person.userPrincipalName,
    employeeHireDate: new Date(hireMs).toISOString(),
    createdDateTime: new Date(knownMs).toISOString(),
  };
}

/** A first day before `startMs`, a Monday. */
function pastHireMs(zone: Zone, startMs: EpochMs, random: Random): EpochMs {
  const day = zone.dayOf(startMs - tenureDays(random) * DAY_MS);
  return zone.startOf(isoDay(startOfISOWeek(day, { in: utc }).getTime()));
}

function sourceOf(
  population: FilePopulation | GivenPopulation,
  folder: string,
): Promise<Directory> | Directory {
  if (population.kind === 'given') return arrayDirectory(population.people);
  const { path, map, delimiter, onDuplicate, dates, dateAttributes } = population;
  return openDirectory(resolve(folder, path), {
    ...(map === undefined ? {} : { map: new Map(Object.entries(map)) }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(onDuplicate === undefined ? {} : { onDuplicate }),
    ...(dates === undefined ? {} : { dates }),
    ...(dateAttributes === undefined ? {} : { dateAttributes }),
  });
}

async function readPeople(
  directory: Directory,
): Promise<Pick<Population, 'attributes'> & { readonly initial: Subject[] }> {
  try {
    const initial: Subject[] = [];
    for await (const subject of directory.query(null)) initial.push(subject);
    return { initial, attributes: (await directory.attributes?.()) ?? [] };
  } finally {
    await directory.close?.();
  }
}

function departmentsOf(people: readonly Subject[]): readonly DepartmentSize[] {
  const counts = new Map<string, number>();
  for (const { department } of people)
    if (typeof department === 'string') counts.set(department, (counts.get(department) ?? 0) + 1);
  const found = [...counts].map(([name, weight]) => ({ name, weight }));
  return found.length > 0 ? found : DEPARTMENTS;
}

function futureOf(
  read: ReadScenario,
  initial: readonly Subject[],
  maker: PeopleMaker,
  seed: number,
): readonly Change[] {
  const random = randomFor(seed, 'turnover');
  const roster = new Roster();
  for (const { id, department } of initial) roster.add(id, String(department ?? ''));
  const plans = [
    ...turnoverPlans(read, initial.length, random),
    ...massPlans(read, (department) => roster.sizeOf(department)),
  ];
  const future = new Future(read, roster, maker, random);
  for (const plan of plans.sort((a, b) => a.atMs - b.atMs)) future.carryOut(plan);
  return future.changes();
}

/** Carries out plans in the order in which they become known. */
class Future {
  readonly #read: ReadScenario;
  readonly #roster: Roster;
  readonly #maker: PeopleMaker;
  readonly #random: Random;
  readonly #changes: Change[] = [];
  /** People who are entered and have not started, by first day: they cannot be picked before. */
  readonly #starting = new Map<EpochMs, Starter[]>();
  /** The earliest of those days: days are few, people may be many. */
  #nextStartMs = Number.POSITIVE_INFINITY;
  #entered = 0;

  constructor(read: ReadScenario, roster: Roster, maker: PeopleMaker, random: Random) {
    this.#read = read;
    this.#roster = roster;
    this.#maker = maker;
    this.#random = random;
  }

  /** Changes within the horizon, sorted by time. */
  changes(): readonly Change[] {
    const { endMs } = this.#read;
    return this.#changes.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
  }

  carryOut(plan: Plan): void {
    this.#letStart(plan.atMs);
    if (plan.kind === 'join') this.#enter(plan);
    else if (plan.kind === 'move') this.#move(plan);
    else this.#announceLeave(plan);
  }

  #enter({ atMs, dateMs, department }: Plan): void {
    const subject = subjectOf(this.#maker.make(department), dateMs, atMs);
    this.#changes.push({ kind: 'entered', atMs, subject });
    const starters = this.#starting.get(dateMs) ?? [];
    this.#starting.set(dateMs, starters);
    this.#entered += 1;
    starters.push({ ordinal: this.#entered, id: subject.id, department: String(subject.department) });
    this.#nextStartMs = Math.min(this.#nextStartMs, dateMs);
  }

  #move({ dateMs, department, to }: Plan): void {
    const id = this.#roster.pick(this.#random, department);
    if (id === undefined) return;
    const target = to ?? this.#maker.otherThan(this.#roster.departmentOf(id) ?? '');
    this.#roster.move(id, target);
    this.#changes.push({ kind: 'moved', atMs: dateMs, id, department: target });
  }

  #announceLeave({ atMs, dateMs, department }: Plan): void {
    const id = this.#roster.pick(this.#random, department);
    if (id === undefined) return;
    this.#roster.remove(id);
    this.#changes.push({ kind: 'leaving', atMs, id, leaveMs: dateMs });
    const keptMs = (this.#read.scenario.turnover?.keptDays ?? KEPT_DAYS_DEFAULT) * DAY_MS;
    this.#changes.push({ kind: 'removed', atMs: Math.max(atMs, dateMs + keptMs), id });
  }

  #letStart(nowMs: EpochMs): void {
    if (nowMs < this.#nextStartMs) return;
    const started: Starter[] = [];
    this.#nextStartMs = Number.POSITIVE_INFINITY;
    for (const [hireMs, starters] of this.#starting) {
      if (hireMs > nowMs) this.#nextStartMs = Math.min(this.#nextStartMs, hireMs);
      else {
        for (const starter of starters) started.push(starter);
        this.#starting.delete(hireMs);
      }
    }
    started.sort((a, b) => a.ordinal - b.ordinal);
    for (const { id, department } of started) this.#roster.add(id, department);
  }
}

/** A person who will start; `ordinal` is the order of entry. */
interface Starter {
  readonly ordinal: number;
  readonly id: string;
  readonly department: string;
}
