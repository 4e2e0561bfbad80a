/** Takes an export apart into answers of Graph, whichever way they were put together. */
import { LifecycleError } from '../../errors/lifecycle-error.ts';
import { escapeHidden, shown } from '../../errors/shown.ts';
import { type ExportAddress, readAddress } from './export-address.ts';
import { type ExportRow, idOf, kindOf } from './export-kinds.ts';

/** A piece of an export: a file, or an answer. */
export interface ExportDocument {
  /** What messages and findings call it: the name of the file. */
  readonly name: string;
  /**
   * Parsed JSON: an answer of Graph (a page, a resource, a summary), an array of rows, an array of answers, each as it is or
   * as `{ url, body }`, or an object with lists by their names (`runs`, `userProcessingResults` …).
   */
  readonly body: unknown;
  /** The URL that was asked for, where the body is one answer; says what the rows belong to. */
  readonly url?: string;
}

/** Rows that stand together: an answer of Graph. */
export interface ExportUnit {
  readonly document: string;
  readonly rows: readonly ExportRow[];
  readonly address: ExportAddress;
  /** Whether it is a page of a list; `false`: one resource. */
  readonly isList: boolean;
  readonly hasNextPage: boolean;
  /** `@odata.count`. */
  readonly count: number | null;
}

/** Lists of lists that are opened; an answer lies in an array, or in one of a batch in an array. */
const LEVELS_MAX = 3;
/** Levels of objects and lists in a document: Graph has about ten. */
const DEPTH_MAX = 50;
const LISTS = [
  'runs',
  'reprocessedRuns',
  'userProcessingResults',
  'subjectProcessingResults',
  'taskProcessingResults',
  'taskReports',
] as const;

/** The answers in a document. @throws LifecycleError `InvalidArgument` for one that has none. */
export function unitsOf({ name, body, url }: ExportDocument): readonly ExportUnit[] {
  if (isDeeper(body, DEPTH_MAX)) throw unreadable(name, 'JSON that is nested too deeply');
  return answersIn(name, body, url ?? null, 0);
}

function answersIn(
  document: string,
  body: unknown,
  url: string | null,
  level: number,
): readonly ExportUnit[] {
  if (!isObject(body) || level > LEVELS_MAX)
    throw unreadable(document, level > LEVELS_MAX ? 'lists in lists' : shown(body));
  if (Array.isArray(body)) {
    const isAnswer = (one: unknown) => isObject(one) && (Array.isArray(one) || isWrapped(one) || isPage(one));
    const rows = body.filter((one) => !isAnswer(one));
    const own = rows.length > 0 ? [pageOf(document, { value: rows }, url)] : [];
    return [...own, ...body.filter(isAnswer).flatMap((one) => answersIn(document, one, url, level + 1))];
  }
  if (isObject(body.error)) throw unreadable(document, errorOf(body.error));
  if (Array.isArray(body.responses)) return answersIn(document, body.responses, url, level + 1);
  if (isWrapped(body)) {
    const own = typeof body.url === 'string' ? body.url : url;
    return answersIn(document, body.body, own, level + 1);
  }
  const lists = LISTS.filter((list) => Array.isArray(body[list]));
  const isBundle = lists.length > 0 && kindOf(body, null) === null;
  if (isBundle)
    return lists.map((list) => pageOf(document, { value: body[list], '@odata.context': list }, null));
  return [pageOf(document, body, url)];
}

function pageOf(document: string, body: ExportRow, url: string | null): ExportUnit {
  const isList = isPage(body);
  const { '@odata.context': context, '@odata.nextLink': nextLink, '@odata.count': count } = body;
  // The context names the ids that a short URL may lack; a URL, what was left out, and the window of a summary.
  const asked = readAddress(url ?? '');
  const stated = readAddress(typeof context === 'string' ? context : '');
  const value = isList ? (body.value as readonly unknown[]) : [body];
  const strange = value.find((row) => !isObject(row) || Array.isArray(row));
  if (strange !== undefined) throw unreadable(document, `a list with ${shown(strange)}`);
  return {
    document,
    rows: value as readonly ExportRow[],
    address: {
      ...asked,
      workflow: asked.workflow ?? stated.workflow,
      run: asked.run ?? stated.run,
      user: asked.user ?? stated.user,
      report: asked.report ?? stated.report,
      collection: asked.collection ?? stated.collection,
    },
    isList,
    hasNextPage: typeof nextLink === 'string',
    count: typeof count === 'number' ? count : null,
  };
}

/** The lists that a row has with it, as answers of their own: what stands in a run belongs to that run. */
export function unitsInRow(row: ExportRow, { document, address }: ExportUnit): readonly ExportUnit[] {
  return LISTS.filter((list) => Array.isArray(row[list])).map((list) => {
    const unit = pageOf(document, { value: row[list] }, null);
    const run = list === 'reprocessedRuns' ? null : idOf(row);
    return {
      ...unit,
      hasNextPage: typeof row[`${list}@odata.nextLink`] === 'string',
      address: { ...unit.address, workflow: address.workflow, run, collection: list.toLowerCase() },
    };
  });
}

function isDeeper(value: unknown, levels: number): boolean {
  if (!isObject(value)) return false;
  return levels === 0 || Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function isObject(value: unknown): value is ExportRow {
  return typeof value === 'object' && value !== null;
}

function isPage(body: ExportRow): boolean {
  return Array.isArray(body.value);
}

function isWrapped(body: ExportRow): boolean {
  return isObject(body.body) && (typeof body.url === 'string' || 'status' in body);
}

function errorOf({ code, message }: ExportRow): string {
  return `the error ${shown(code)} of Graph: ${escapeHidden(typeof message === 'string' ? message.slice(0, 200) : '')}`;
}

/** The refusal of a document that is no export. */
export function unreadable(document: string, got: string): LifecycleError<'InvalidArgument'> {
  const expected = `Expected ${escapeHidden(document)} to have runs, results or reports of lifecycle workflows`;
  const remedy = 'save an answer of …/lifecycleWorkflows/workflows/{id}/runs';
  return new LifecycleError('InvalidArgument', `${expected}, got ${got}: ${remedy}`, { field: 'source' });
}
