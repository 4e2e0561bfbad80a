import { inGroup } from '../../input/member-of.ts';
import { readOptions } from '../../input/options.ts';
import type { Subject } from '../../model/subject.ts';
import type { Directory } from '../../ports/directory.ts';
import type { ConnectionCheck } from '../kernel/connection-check.ts';
import { ruleFilter } from '../kernel/rule-filter.ts';
import { changesSince } from './sql-changes.ts';
import { checkDirectory } from './sql-check.ts';
import { OPTIONS, quotedTable, type SqlDirectoryOptions, settingsOf } from './sql-options.ts';
import { SqlReader } from './sql-reader.ts';
import { conditionOf } from './sql-rule.ts';
import type { Condition } from './sql-statement.ts';

/** The people of a table or view. */
export interface SqlDirectory extends Directory {
  /** Reads a row, counts, and says which columns are missing. Changes nothing. */
  check(signal?: AbortSignal): Promise<readonly ConnectionCheck[]>;
}

/**
 * The people of a table or view, through any function that runs a statement. A rule becomes a condition as far as the
 * database decides it as tenure does; the rest is examined here.
 *
 * @throws LifecycleError `InvalidArgument`. The methods throw what `query` throws, and `InvalidArgument` or `Duplicate`
 *   for rows that cannot be people.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite';
 * import { sqlDirectory } from 'tenure/sql';
 *
 * const database = new DatabaseSync(':memory:');
 * database.exec("CREATE TABLE people (id TEXT PRIMARY KEY, dept TEXT); INSERT INTO people VALUES ('E1', 'IT')");
 * const directory = sqlDirectory({
 *   query: (sql, parameters) => database.prepare(sql).all(...(parameters as string[])),
 *   dialect: 'sqlite',
 *   table: 'people',
 *   id: 'id',
 *   columns: { department: 'dept' },
 * });
 * for (const { id, department } of await directory.get(['E1'])) console.log(id, department); // → E1 IT
 * ```
 */
export function sqlDirectory(options: SqlDirectoryOptions): SqlDirectory {
  const settings = settingsOf(readOptions(options, 'sqlDirectory', OPTIONS));
  const reader = new SqlReader(settings);
  const { columns, id, groups, updatedAt, rules } = settings;
  const byAttribute = new Map(columns.map((column) => [column.attribute, column]));
  if (id.type === 'text') byAttribute.set('id', { attribute: 'id', column: id.column, type: 'text' });
  const reportsChanges = updatedAt !== undefined && (groups === undefined || updatedAt.coversGroups);
  return {
    get: (ids) => reader.get(ids),
    async *query(rule) {
      const filter = rule === null ? null : ruleFilter(rule);
      const condition = filter && conditionOf(filter, { columns: byAttribute, rules });
      for await (const people of reader.people(condition))
        for (const subject of people) if (rule === null || rule.matches(subject)) yield subject;
    },
    ...(reportsChanges && { changes: (token) => changesSince(reader, updatedAt, token) }),
    attributes: async () => [
      ...columns.map(({ attribute: name, column }) => ({ name, column })),
      ...(groups ? [{ name: 'memberOf' }] : []),
    ],
    ...(groups && { membersOf: (groupId) => membersOf(reader, groups, groupId) }),
    check: (signal) => checkDirectory(reader, signal),
  };
}

/** Groups are compared as the engine compares them: without regard to letter case. */
async function* membersOf(
  reader: SqlReader,
  { table, personColumn, groupColumn }: NonNullable<SqlDirectoryOptions['groups']>,
  groupId: string,
): AsyncGenerator<Subject> {
  const { rules } = reader.settings;
  const [from, person, group] = [
    quotedTable(reader.settings, table),
    rules.quote(personColumn),
    rules.quote(groupColumn),
  ];
  const wanted = groupId.trim();
  if (wanted === '' || wanted.includes('\0')) return;
  const spellings = await reader.rows((values) => {
    const text = rules.asText(group);
    const asGiven = `${text} = ${values.add(wanted)}`;
    return `SELECT DISTINCT ${group} AS c0 FROM ${from} WHERE ${asGiven} OR LOWER(${text}) = ${values.add(wanted.toLowerCase())}`;
  });
  if (spellings.length === 0) return;
  const exact = (column: string) => rules.exact(column, reader.settings.id.type);
  const isMember: Condition = (values) =>
    `${exact(reader.id)} IN (SELECT ${exact(person)} FROM ${from} WHERE ${group} IN ${values.list(spellings.map(({ c0 }) => c0))})`;
  // A collation can take one id of a person for another.
  const { matches } = inGroup(wanted);
  for await (const people of reader.people(isMember)) yield* people.filter(matches);
}
