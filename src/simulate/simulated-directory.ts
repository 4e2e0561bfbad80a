/**
 * A directory whose people come, move and go with virtual time.
 *
 * **What `query` streams.** The scheduler asks by rule and then keeps those whose trigger moment lies in its
 * window. At each of thousands of slots that would be everybody, to keep a handful. This directory is told the
 * triggers of the scenario's workflows, so for the rule of a scheduled workflow it streams only people whose
 * attribute can make them due about now, by an index over days, and those whose attribute or scope cannot be read,
 * because the engine reports them; a rule that it does not know gets everybody. The
 * engine tests each person as always, so nothing that happens depends on the index (a test compares).
 */

import { LifecycleError } from '../errors/index.ts';
import { type ParsedScopeRule, parseScopeRule } from '../filter/index.ts';
import { AttributeNames } from '../input/attribute-names.ts';
import { momentOrNull, readAttribute } from '../input/moments.ts';
import type { WorkflowDraft } from '../ledger/workflow-input.ts';
import type { Subject } from '../model/subject.ts';
import { DAY_MS, type DurationMs, type EpochMs } from '../model/time.ts';
import { isTimeBased, type TRIGGER_ATTRIBUTES } from '../model/workflow.ts';
import type { Directory, DirectoryAttribute, ScopeRule } from '../ports/directory.ts';
import type { Change, Population } from './population.ts';

type Attribute = (typeof TRIGGER_ATTRIBUTES)[number];

/** A {@link Directory} of virtual time. */
export interface SimulatedDirectory extends Directory {
  /** People in it. */
  readonly size: number;
  /** Carries out the changes up to `nowMs`. `get` and `query` do it by themselves. */
  advanceTo(nowMs: EpochMs): void;
  has(id: string): boolean;
  /** Everybody, by id. */
  sorted(): readonly Subject[];
}

/** What a {@link SimulatedDirectory} works with. */
export interface SimulatedDirectoryOptions {
  readonly population: Population;
  /** The present of the world (not of a process whose clock is wrong). */
  readonly now: () => EpochMs;
  readonly workflows: readonly Pick<WorkflowDraft, 'executionConditions' | 'isSchedulingEnabled'>[];
  readonly catchUpMs: DurationMs;
  /** How old a slot may be when it is evaluated (after a process was off), ms ≥ 0. Default 0: a minute or so. */
  readonly slotAgeMaxMs?: DurationMs;
  /** How wrong the clock of a process may be, either way, ms ≥ 0. Default 0. */
  readonly skewMaxMs?: DurationMs;
  /** Told after each change. */
  readonly onChange?: (change: Change) => void;
  /** `false`: everybody is streamed for every rule. Default `true`. */
  readonly isIndexed?: boolean;
}

/** A span of days after which an attribute may make somebody due, from the present. */
interface Window {
  readonly attribute: Attribute;
  readonly rule: ParsedScopeRule;
  readonly fromDays: number;
  readonly untilDays: number;
}

/** The directory of a population. */
export function simulatedDirectory(options: SimulatedDirectoryOptions): SimulatedDirectory {
  return new PeopleOverTime(options);
}

class PeopleOverTime implements SimulatedDirectory {
  readonly #people = new Map<string, Subject>();
  readonly #changes: readonly Change[];
  readonly #now: () => EpochMs;
  readonly #onChange: (change: Change) => void;
  readonly #windows: ReadonlyMap<string, readonly Window[]>;
  /** Per attribute that a trigger counts from: who has it on which day. */
  readonly #index = new Map<Attribute, Map<number, Set<string>>>();
  /** Per rule of a scheduled workflow: of whom it, or the trigger's attribute, cannot be read. */
  readonly #unreadable = new Map<string, Set<string>>();
  readonly #attributes: readonly DirectoryAttribute[];
  readonly #ordinals = new Map<string, number>();
  /** Everybody by id; `null` when somebody has come, changed or gone since. */
  #sorted: readonly Subject[] | null = null;
  #next = 0;

  constructor(options: SimulatedDirectoryOptions) {
    const { population, now, onChange, isIndexed = true } = options;
    this.#changes = population.changes;
    this.#now = now;
    this.#windows = isIndexed ? windowsOf(options) : new Map();
    for (const { attribute } of [...this.#windows.values()].flat()) this.#index.set(attribute, new Map());
    for (const rule of this.#windows.keys()) this.#unreadable.set(rule, new Set());
    this.#attributes = attributesOf(population);
    this.#onChange = () => {};
    for (const subject of population.initial) this.#put(subject);
    this.advanceTo(now());
    this.#onChange = onChange ?? (() => {});
  }

  get size(): number {
    return this.#people.size;
  }

  has(id: string): boolean {
    return this.#people.has(id);
  }

  sorted(): readonly Subject[] {
    this.#sorted ??= [...this.#people.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  async attributes(): Promise<readonly DirectoryAttribute[]> {
    return this.#attributes;
  }

  async get(ids: readonly string[]): Promise<readonly Subject[]> {
    this.advanceTo(this.#now());
    const found: Subject[] = [];
    for (const id of ids) {
      const subject = this.#people.get(id);
      if (subject) found.push(subject);
    }
    return found;
  }

  async *query(rule: ScopeRule | null): AsyncGenerator<Subject> {
    this.advanceTo(this.#now());
    const windows = rule === null ? undefined : this.#windows.get(rule.text);
    if (rule !== null && windows) yield* this.#nearDue(rule.text, windows);
    else
      for (const subject of [...this.#people.values()])
        if (rule === null || rule.matches(subject)) yield subject;
  }

  advanceTo(nowMs: EpochMs): void {
    for (; this.#next < this.#changes.length; this.#next++) {
      const change = this.#changes[this.#next] as Change;
      if (change.atMs > nowMs) return;
      this.#carryOut(change);
      this.#onChange(change);
    }
  }

  #carryOut(change: Change): void {
    if (change.kind === 'entered') {
      this.#put(change.subject);
      return;
    }
    const subject = this.#people.get(change.id);
    if (!subject) return;
    if (change.kind === 'moved') this.#put({ ...subject, department: change.department });
    else if (change.kind === 'leaving')
      this.#put({ ...subject, employeeLeaveDateTime: new Date(change.leaveMs).toISOString() });
    else this.#remove(subject);
  }

  #put(subject: Subject): void {
    const before = this.#people.get(subject.id);
    this.#people.set(subject.id, subject);
    this.#sorted = null;
    if (!before) this.#ordinals.set(subject.id, this.#ordinals.size);
    for (const [rule, ids] of this.#unreadable) {
      const isUnreadable = this.#windows.get(rule)?.some((window) => cannotBeRead(window, subject));
      if (isUnreadable) ids.add(subject.id);
      else ids.delete(subject.id);
    }
    for (const [attribute, days] of this.#index) {
      if (before && before[attribute] === subject[attribute]) continue;
      if (before) drop(days, dayOf(before[attribute]), subject.id);
      const day = dayOf(subject[attribute]);
      if (day === null) continue;
      const ids = days.get(day) ?? new Set();
      days.set(day, ids.add(subject.id));
    }
  }

  #remove(subject: Subject): void {
    this.#people.delete(subject.id);
    this.#sorted = null;
    for (const ids of this.#unreadable.values()) ids.delete(subject.id);
    for (const [attribute, days] of this.#index) drop(days, dayOf(subject[attribute]), subject.id);
  }

  #nearDue(rule: string, windows: readonly Window[]): readonly Subject[] {
    const today = Math.floor(this.#now() / DAY_MS);
    const found = new Set(this.#unreadable.get(rule));
    for (const { attribute, fromDays, untilDays } of windows) {
      const days = this.#index.get(attribute);
      for (let day = today + fromDays; day <= today + untilDays; day++)
        for (const id of days?.get(day) ?? []) found.add(id);
    }
    // In the order of entry, as without an index.
    const ordinal = (id: string): number => this.#ordinals.get(id) ?? 0;
    const ids = [...found].sort((a, b) => ordinal(a) - ordinal(b));
    return ids.map((id) => this.#people.get(id)).filter((subject) => subject !== undefined);
  }
}

function cannotBeRead({ attribute, rule }: Window, subject: Subject): boolean {
  return readAttribute(subject[attribute]) === 'unreadable' || rule.unreadable(subject) !== null;
}

/** What anybody in it has at some time, and what the population says besides. */
function attributesOf({ initial, changes, attributes }: Population): readonly DirectoryAttribute[] {
  const found = new AttributeNames();
  for (const subject of initial) found.add(subject);
  for (const change of changes) {
    if (change.kind === 'entered') found.add(change.subject);
    else if (change.kind === 'leaving') found.add({ employeeLeaveDateTime: '' });
    else if (change.kind === 'moved') found.add({ department: '' });
  }
  const said = new Set(attributes.map(({ name }) => name));
  return [...attributes, ...found.names.filter((name) => !said.has(name)).map((name) => ({ name }))];
}

function dayOf(value: unknown): number | null {
  const atMs = momentOrNull(value);
  return atMs === null ? null : Math.floor(atMs / DAY_MS);
}

function drop(days: Map<number, Set<string>>, day: number | null, id: string): void {
  if (day === null) return;
  days.get(day)?.delete(id);
  if (days.get(day)?.size === 0) days.delete(day);
}

/** An evaluation that failed is tried again until the next slot. */
const DELAY_MS = DAY_MS;

function windowsOf(options: SimulatedDirectoryOptions): ReadonlyMap<string, readonly Window[]> {
  const { workflows, catchUpMs, slotAgeMaxMs = 0, skewMaxMs = 0 } = options;
  const windows = new Map<string, Window[]>();
  for (const { executionConditions: conditions, isSchedulingEnabled } of workflows) {
    if (!('trigger' in conditions) || !isSchedulingEnabled) continue;
    if (!isTimeBased(conditions)) {
      throw new LifecycleError(
        'InvalidArgument',
        `Expected the workflows of a scenario to have a timeBasedAttributeTrigger or isSchedulingEnabled false, got \`${conditions.trigger['@odata.type']}\``,
        { field: 'executionConditions.trigger' },
      );
    }
    const { timeBasedAttribute: attribute, offsetInDays } = conditions.trigger;
    // Days are counted whole, so both ends reach a day further than the moments.
    const lateDays = Math.ceil((catchUpMs + slotAgeMaxMs + skewMaxMs + DELAY_MS) / DAY_MS);
    const window = {
      attribute,
      rule: parseScopeRule(conditions.scope.rule),
      fromDays: -offsetInDays - lateDays,
      untilDays: -offsetInDays + Math.ceil(skewMaxMs / DAY_MS),
    };
    windows.set(conditions.scope.rule, [...(windows.get(conditions.scope.rule) ?? []), window]);
  }
  return windows;
}
