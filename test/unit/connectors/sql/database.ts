import { DatabaseSync } from 'node:sqlite';
import type { SqlDirectoryOptions, SqlQuery } from '../../../../src/connectors/sql/sql-options.ts';
import type { Subject } from '../../../../src/model/subject.ts';

/** A database in memory, the statements that were sent to it, and how many rows they gave. */
export function openDatabase(script: string) {
  const database = new DatabaseSync(':memory:');
  database.exec(script);
  const sent: { readonly sql: string; readonly parameters: readonly unknown[]; readonly rows: number }[] = [];
  const query: SqlQuery = (sql, parameters) => {
    const rows = database.prepare(sql).all(...(parameters as never[]));
    sent.push({ sql, parameters, rows: rows.length });
    return rows;
  };
  const options = (more: Partial<SqlDirectoryOptions> = {}): SqlDirectoryOptions => ({
    query,
    dialect: 'sqlite',
    table: 'people',
    id: 'id',
    columns: {},
    ...more,
  });
  return { database, sent, query, options };
}

/** Everything that a directory streams. */
export async function all(people: AsyncIterable<Subject> | undefined): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  for await (const subject of people ?? []) subjects.push(subject);
  return subjects;
}
