/** `$expand`: what may be expanded, and what is read for it. Source: domain §2, §5. */
import { LifecycleError } from '../errors/index.ts';
import type { Subject } from '../model/subject.ts';
import type { EntityType, Kind } from './edm.ts';
import { kindAt } from './filter-check.ts';
import { badRequest } from './graph-error.ts';
import type { Expansion } from './query.ts';
import type { Row } from './represent.ts';
import { isUserProperty, userOf } from './user.ts';
import type { Turn } from './work.ts';

/** Users whose task results are read before the host has a turn: some ms. */
const ROWS_PER_TURN = 64;

/** Refuses what the type cannot expand, and names that are not there to be selected. @throws GraphError 400. */
export function checkExpand(type: EntityType, expand: readonly Expansion[]): void {
  const navigation = Object.keys(type.navigation);
  for (const { name, select } of expand) {
    const target = Object.hasOwn(type.navigation, name) ? type.navigation[name] : undefined;
    if (!target) {
      if (isShownReference(type, name)) continue;
      const remedy = navigation.length === 0 ? 'it has none' : `it has ${navigation.join(', ')}`;
      throw badRequest(
        `Expected $expand on type '${type.name}' to name a navigation property (${remedy}), got '${name}'.`,
      );
    }
    const isKnown = target.isUser ? isUserProperty : hasProperty(target.type);
    const stray = select?.find((one) => one !== '*' && !isKnown(one));
    if (stray !== undefined) throw badRequest(`Could not find a property named '${stray}' on '${name}'.`);
  }
}

/**
 * `callbackConfiguration/microsoft.graph.identityGovernance.customTaskExtensionCallbackConfiguration/authorizedApps`:
 * what a complex value refers to is shown by id, asked for or not. A type in the path says what the value has to be.
 */
function isShownReference(type: EntityType, path: string): boolean {
  const segments = path.split('/').filter((segment) => !segment.includes('.'));
  const kind = segments.length > 1 ? kindAt(type, segments) : undefined;
  return typeof kind === 'object' && !('enumeration' in kind) && kind.type === undefined;
}

/** Where what is expanded comes from. */
export interface ExpandSources {
  /** Those whom the directory knows. */
  users(ids: readonly string[]): Promise<readonly Subject[]>;
  /** The task results of a user result, by its id. */
  taskResults(userResultId: string): Promise<readonly Row[]>;
  /** Task results of one answer, at most. */
  readonly taskResultsMax: number;
  readonly turn: Turn;
}

/**
 * The rows with what is expanded. Users stand in place of their ids, fetched all at once; whoever the directory does
 * not know keeps his id. Task results are read user by user, since they are made of his record.
 *
 * @throws LifecycleError `LimitExceeded` for more task results than `taskResultsMax`.
 */
export async function expanded(
  type: EntityType,
  rows: readonly Row[],
  expand: readonly Expansion[],
  sources: ExpandSources,
): Promise<readonly Row[]> {
  const isWithTasks = expand.some(({ name }) => type.navigation[name]?.isFetched);
  return withUsers(type, isWithTasks ? await withTaskResults(rows, sources) : rows, expand, sources);
}

async function withTaskResults(
  rows: readonly Row[],
  { taskResults, taskResultsMax: max, turn }: ExpandSources,
): Promise<readonly Row[]> {
  const count = rows.reduce((sum, { totalTasksCount }) => sum + Number(totalTasksCount), 0);
  if (count > max) {
    throw new LifecycleError(
      'LimitExceeded',
      `Expected $expand=taskProcessingResults to show at most ${max} of them, got ${count}; ask for fewer rows by $top`,
      { limit: 'scannedRowsMax', max, field: '$expand' },
    );
  }
  const shown: Row[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_TURN) {
    if (start > 0) await turn();
    const some = rows.slice(start, start + ROWS_PER_TURN);
    const results = await Promise.all(some.map(({ id }) => taskResults(String(id))));
    shown.push(...some.map((row, index) => ({ ...row, taskProcessingResults: results[index] })));
  }
  return shown;
}

async function withUsers(
  type: EntityType,
  rows: readonly Row[],
  expand: readonly Expansion[],
  { users: fetch }: ExpandSources,
): Promise<readonly Row[]> {
  const wanted = expand.filter(({ name }) => type.navigation[name]?.isUser);
  const ids = new Set(rows.flatMap((row) => wanted.flatMap(({ name }) => idOf(row[name]) ?? [])));
  if (ids.size === 0) return rows;
  const users = new Map((await fetch([...ids])).map((user) => [user.id, user]));
  const shown = (reference: unknown, select: Expansion['select']): unknown => {
    const user = users.get(idOf(reference) ?? '');
    return user ? userOf(user, select) : reference;
  };
  return rows.map((row) => ({
    ...row,
    ...Object.fromEntries(wanted.map(({ name, select }) => [name, shown(row[name], select)])),
  }));
}

function idOf(reference: unknown): string | null {
  const id = (reference as { readonly id?: unknown } | null | undefined)?.id;
  return typeof id === 'string' ? id : null;
}

function hasProperty(kind: Kind): (name: string) => boolean {
  if (typeof kind !== 'object' || 'enumeration' in kind) return () => false;
  const properties = 'complex' in kind ? kind.complex : kind.collection;
  return (name) => Object.hasOwn(properties, name);
}
