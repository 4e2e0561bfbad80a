/** Puts the rows of an export in their places: by the moment at which they were read, and by what they belong to. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { escapeHidden, shown } from '../../errors/shown.ts';
import {
  COMPLEX_MEMBERS,
  type ExportRow,
  idOf,
  KNOWN_MEMBERS,
  kindOf,
  NEEDED_MEMBERS,
  type RowKind,
} from './export-kinds.ts';
import { type ExportDocument, type ExportUnit, unitsInRow, unitsOf, unreadable } from './export-units.ts';
import type { Tally } from './tally.ts';
import { ReprocessedLinks } from './verify-links.ts';

/** A row, and where it was read. */
export interface ExportEntry {
  readonly row: ExportRow;
  readonly document: string;
  readonly list: ListPages | null;
  readonly workflow: string | null;
  /** Id of the user result in whose list it stands. */
  readonly user: string | null;
}

/** The pages that were read of one list. */
export interface ListPages {
  pages: number;
  linked: number;
  rows: number;
  count: number | null;
  isFiltered: boolean;
}

/** Whether all rows of a list are there, as far as its pages say it. */
export function isWhole({ pages, linked, rows, count, isFiltered }: ListPages): boolean {
  return pages > linked && !isFiltered && (count === null || rows >= count);
}

/** A summary, and what it is a summary of. */
export interface SummaryEntry {
  readonly kind: 'runSummary' | 'userSummary' | 'taskReportSummary';
  readonly unit: ExportUnit;
  readonly row: ExportRow;
}

/** Everything that was read at one moment. */
export class ExportMoment {
  readonly runs = new Map<string, ExportEntry>();
  /** By run, then by id; those whose run is not known under `''`. */
  readonly users = new Map<string, Map<string, ExportEntry>>();
  readonly tasks = new Map<string, Map<string, ExportEntry>>();
  readonly reports = new Map<string, Map<string, ExportEntry>>();
  readonly summaries: SummaryEntry[] = [];
  readonly #lists = new Map<string, ListPages>();

  /** The pages of a list, by its kind and what it belongs to. */
  listOf(kind: RowKind, owner: string): ListPages {
    const key = `${kind} ${owner}`;
    const known = this.#lists.get(key) ?? { pages: 0, linked: 0, rows: 0, count: null, isFiltered: false };
    this.#lists.set(key, known);
    return known;
  }

  /** The list of the user results, or of the task results, of a run; without pages if it was not read. */
  resultsOf(kind: 'userResult' | 'taskResult', workflow: string | null, run: string): ListPages {
    return this.listOf(kind, ownerKey(workflow, run, null, null));
  }

  /** The rows of a kind, by id. */
  shelf(kind: RowKind, owner: string): Map<string, ExportEntry> {
    if (kind === 'run') return this.runs;
    const shelves = { userResult: this.users, taskResult: this.tasks, taskReport: this.reports }[
      kind as 'taskReport'
    ];
    const shelf = shelves.get(owner) ?? new Map<string, ExportEntry>();
    shelves.set(owner, shelf);
    return shelf;
  }
}

/** Tasks that are shared, and their length as text, at most. */
const TASKS_MAX = 10_000;
const TASK_LENGTH_MAX = 10_000;

/** Bounds on what is held at once. */
export interface ExportBounds {
  readonly rowsMax: number;
}

/** Collects documents. */
export class ExportCollector {
  readonly moments: ExportMoment[] = [new ExportMoment()];
  rowsCount = 0;
  documentsCount = 0;
  /** Different rows of each kind. */
  readonly counts: Record<RowKind, number> = {
    run: 0,
    userResult: 0,
    taskResult: 0,
    taskReport: 0,
    runSummary: 0,
    userSummary: 0,
    taskReportSummary: 0,
  };
  /** Task results that stood in the rows of their users. */
  expandedTasksCount = 0;
  readonly links = new ReprocessedLinks();
  /** Ids by kind and owner, over all moments. */
  readonly #known = new Map<string, Set<string>>();
  /** Tasks by their text: a result has its whole task with it, and tasks are few. */
  readonly #tasks = new Map<string, unknown>();
  readonly #bounds: ExportBounds;
  readonly #tally: Tally;
  #firstDocument: string | null = null;

  constructor(tally: Tally, bounds: ExportBounds) {
    this.#tally = tally;
    this.#bounds = bounds;
  }

  /** @throws LifecycleError `InvalidArgument` for a document that is no export, or when there are too many rows. */
  add(document: ExportDocument): void {
    this.documentsCount += 1;
    this.#firstDocument ??= document.name;
    const units = unitsOf(document);
    const runs = new Set<string>();
    let [rows, passed] = [0, 0];
    for (const unit of units) {
      rows += unit.rows.length;
      for (const row of unit.rows) {
        const kind = kindOf(row, unit.address.collection);
        if (kind === null) passed += 1;
        if (kind === 'run') runs.add(idOf(row));
      }
    }
    if (rows > 0 && passed === rows) throw unreadable(document.name, otherResource(units));
    // Without a context, results belong to the run that stands beside them, if there is one.
    const only = runs.size === 1 ? [...runs][0] : undefined;
    for (const unit of units) this.#addUnit(only === undefined ? unit : withRun(unit, only));
  }

  /** @throws LifecycleError `InvalidArgument` when nothing was read. */
  end(): readonly ExportMoment[] {
    if (this.rowsCount > 0) return this.moments;
    throw unreadable(this.#firstDocument ?? 'the export', 'an empty one');
  }

  #addUnit(unit: ExportUnit): void {
    const rows = unit.rows.map((row) => ({ row, kind: kindOf(row, unit.address.collection) }));
    const kind = rows.find((one) => one.kind !== null)?.kind ?? kindOf({ id: '' }, unit.address.collection);
    // Runs that did another one again are no list of the runs of their workflow.
    const isList = unit.isList && unit.address.collection !== 'reprocessedruns';
    const owner = isList && kind !== null ? listOwner(kind, unit) : null;
    const ofList = (moment: ExportMoment): ListPages | null =>
      owner === null || kind === null ? null : moment.listOf(kind, owner);
    const before = ofList(this.moments.at(-1) as ExportMoment);
    const isReadAgain = before !== null && before.pages > before.linked;
    if (isReadAgain || rows.some(({ row, kind: own }) => this.#contradicts(row, own, unit)))
      this.moments.push(new ExportMoment());
    const moment = this.moments.at(-1) as ExportMoment;
    const list = ofList(moment);
    if (list) {
      list.pages += 1;
      list.linked += unit.hasNextPage ? 1 : 0;
      list.rows += unit.rows.length;
      list.count = unit.count ?? list.count;
      list.isFiltered ||= unit.address.isFiltered;
    }
    const { run, collection } = unit.address;
    if (unit.isList && run !== null && collection === 'reprocessedruns')
      for (const { row } of rows) this.links.add(run, idOf(row), unit);
    const seen = new Map<string, ExportRow>();
    for (const one of rows) this.#addRow(one.row, one.kind, unit, moment, list, seen);
  }

  #addRow(
    row: ExportRow,
    kind: RowKind | null,
    unit: ExportUnit,
    moment: ExportMoment,
    list: ListPages | null,
    seen: Map<string, ExportRow>,
  ): void {
    this.rowsCount += kind === null ? 0 : 1;
    if (this.rowsCount > this.#bounds.rowsMax) throw tooLong(unit.document, this.#bounds.rowsMax);
    if (kind === null) {
      this.#tally.ignoredRow();
      return;
    }
    for (const name of Object.keys(row))
      if (!name.includes('@') && !KNOWN_MEMBERS[kind].includes(name)) this.#tally.unknownMember(name);
    const strange = KNOWN_MEMBERS[kind].find((name) => !COMPLEX_MEMBERS.has(name) && isComplex(row[name]));
    if (strange !== undefined || (row.id !== undefined && typeof row.id !== 'string')) {
      const name = strange ?? 'id';
      const message = `Expected ${name} to be a single value, got ${shown(row[name])}`;
      const { document, address } = unit;
      const about = { sureness: 'certain', run: address.run, documents: [document] } as const;
      this.#tally.found({ rule: 'shape', message, rows: [row] }, about);
      if (list) list.isFiltered = true;
      return;
    }
    const missing = NEEDED_MEMBERS[kind].filter((name) => row[name] === undefined);
    if (missing.length > 0) {
      this.#tally.unchecked('members');
      if (list) list.isFiltered = true;
      return;
    }
    if (kind === 'runSummary' || kind === 'userSummary' || kind === 'taskReportSummary') {
      this.counts[kind] += 1;
      moment.summaries.push({ kind, unit, row });
      return;
    }
    const id = idOf(row);
    const kept = kind === 'run' ? withoutLists(row) : kind === 'taskResult' ? this.#withSharedTask(row) : row;
    const twin = seen.get(id);
    if (twin) this.#tally.repeated(kind, id, unit, [twin, row]);
    seen.set(id, row);
    const owner = ownerOf(row, kind, unit);
    const key = `${kind} ${owner}`;
    const known = this.#known.get(key) ?? new Set<string>();
    if (!known.has(id)) {
      this.counts[kind] += 1;
      if (kind === 'userResult' && Array.isArray(row.taskProcessingResults))
        this.expandedTasksCount += row.taskProcessingResults.length;
    }
    this.#known.set(key, known.add(id));
    const shelf = moment.shelf(kind, owner);
    const before = shelf.get(id)?.row;
    const { document, address } = unit;
    shelf.set(id, {
      row: before ? { ...before, ...kept } : kept,
      document,
      list: list ?? shelf.get(id)?.list ?? null,
      workflow: address.workflow,
      user: address.user,
    });
    if (kind !== 'run') return;
    for (const inner of unitsInRow(row, unit)) {
      if (inner.address.collection === 'reprocessedruns')
        for (const again of inner.rows) this.links.add(id, idOf(again), unit);
      this.#addUnit(inner);
    }
  }

  #withSharedTask(row: ExportRow): ExportRow {
    const text = isComplex(row.task) ? JSON.stringify(row.task) : '';
    if (text === '' || text.length > TASK_LENGTH_MAX) return row;
    const task = this.#tasks.get(text) ?? row.task;
    if (this.#tasks.size < TASKS_MAX) this.#tasks.set(text, task);
    return { ...row, task };
  }

  /** Whether the moment has another content for a row: it was read later. */
  #contradicts(row: ExportRow, kind: RowKind | null, unit: ExportUnit): boolean {
    if (kind === null || kind.endsWith('Summary')) return false;
    const known = this.moments
      .at(-1)
      ?.shelf(kind, ownerOf(row, kind, unit))
      .get(idOf(row))?.row;
    if (!known) return false;
    return Object.entries(row).some(([name, value]) => {
      const other = known[name];
      const isPlain = !isComplex(value) && !isComplex(other);
      return other !== undefined && !name.includes('@') && isPlain && value !== other;
    });
  }
}

/** What a row is kept under: its run. */
function ownerOf(row: ExportRow, kind: RowKind, { address }: ExportUnit): string {
  if (kind === 'taskReport') return typeof row.runId === 'string' ? row.runId : (address.run ?? '');
  return address.run ?? '';
}

/** What the pages of a list have in common. */
function listOwner(kind: RowKind, { address, document }: ExportUnit): string {
  const { workflow, run, user, report } = address;
  const isOfWorkflow = kind === 'run' || kind === 'taskReport';
  const key = isOfWorkflow ? (workflow ?? '') : ownerKey(workflow, run, user, report);
  return key.trim() === '' ? document : key;
}

function ownerKey(...ids: readonly (string | null)[]): string {
  return ids.map((id) => id ?? '').join(' ');
}

function withRun(unit: ExportUnit, run: string): ExportUnit {
  const { workflow, run: own, collection } = unit.address;
  const isOfAll = own !== null || (workflow !== null && collection !== null);
  return isOfAll ? unit : { ...unit, address: { ...unit.address, run } };
}

function isComplex(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function withoutLists(row: ExportRow): ExportRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => !Array.isArray(value)));
}

/** What the rows are instead, by their context or their members. */
function otherResource(units: readonly ExportUnit[]): string {
  const row = units.find(({ rows }) => rows.length > 0)?.rows[0] ?? {};
  const type = row['@odata.type'] ?? row['@odata.context'];
  if (typeof type === 'string') return `another resource, ${shown(type)}`;
  const names = Object.keys(row).slice(0, 5);
  return names.length === 0
    ? 'an empty one'
    : `another resource, with ${escapeHidden(names.join(', ').slice(0, 200))}`;
}

function tooLong(document: string, rowsMax: number): LifecycleError<'InvalidArgument'> {
  const message = `Expected an export of at most ${rowsMax} rows, got more in ${escapeHidden(document)}: verify one workflow at a time`;
  return new LifecycleError('InvalidArgument', message, { field: 'source' });
}
